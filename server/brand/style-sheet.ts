import type { Brand } from './brand'
import type { AccentColors } from './colors'

const variablesOf = ({ text, textHover, fill, fillHover, onFill, edge, focus }: AccentColors): string =>
  Object.entries({
    accent: text,
    'accent-strong': textHover,
    button: fill,
    'button-strong': fillHover,
    'on-button': onFill,
    'button-edge': edge,
    focus,
  })
    .map(([name, value]) => `--color-${name}:${value}`)
    .join(';')

/** The brand's colours for pages, over the neutral ones of `app/globals.css`. */
export const brandStyleSheet = ({ color }: Pick<Brand, 'color'>): string =>
  `:root{${variablesOf(color.light)}}@media (prefers-color-scheme:dark){:root{${variablesOf(color.dark)}}}`
