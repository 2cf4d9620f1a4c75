import { existsSync } from 'node:fs'
import type { Environment } from '@/server/env'
import { colorWarning, TEXT_CONTRAST } from './colors'
import { logoFile } from './logo'

const ratio = (contrast: number) => `${(Math.floor(contrast * 100) / 100).toFixed(2)}:1`

/** The warning about a colour that is too pale for links, or null. */
export function describeColor(color: string | undefined): string | null {
  const warning = color ? colorWarning(color) : null
  if (!warning) return null
  const { before, used, after } = warning
  return `BRAND_COLOR ${color} has a contrast of ${ratio(before)} with light pages, and links need ${ratio(TEXT_CONTRAST)}: links use ${used} (${ratio(after)}), and buttons keep the colour`
}

/** The warning about a logo whose file is missing, or null. An https address is not checked. */
export const describeMissingLogo = (logo: string | undefined): string | null =>
  logo?.startsWith('/') && !existsSync(logoFile(logo))
    ? `BRAND_LOGO is ${logo}, but the file public${logo} does not exist: pages show the name only`
    : null

/** What an operator should know about the brand when a server starts. */
export const brandWarnings = ({ brandColor, brandLogo }: Pick<Environment, 'brandColor' | 'brandLogo'>): string[] =>
  [describeColor(brandColor), describeMissingLogo(brandLogo)].filter((warning) => warning !== null)
