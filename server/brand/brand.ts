import { type Environment, env } from '@/server/env'
import { type AccentColors, DEFAULT_COLOR, deriveColors, type Mode } from './colors'
import { type BrandLogo, readLogo } from './logo'

/** The name that pages and emails use when BRAND_NAME is not set. */
export const DEFAULT_NAME = 'Latchkey'

/** The product as people see it, on pages and in emails. */
export interface Brand {
  name: string
  /** Null if there is none: the mark is shown instead. Emails load no images, so they show the name. */
  logo: BrandLogo | null
  /** The letter of the mark; null for Latchkey's own mark. */
  initial: string | null
  /** Colours with enough contrast for their use, derived from BRAND_COLOR. */
  color: Record<Mode, AccentColors>
  /** Where people get help: an `https:` or `mailto:` address; null if it is not known. */
  supportUrl: string | null
}

type BrandSettings = Pick<Environment, 'brandName' | 'brandLogo' | 'brandColor' | 'supportUrl'>

/** The brand that an environment describes. */
export function brandOf({ brandName, brandLogo, brandColor, supportUrl }: BrandSettings): Brand {
  return {
    name: brandName ?? DEFAULT_NAME,
    logo: brandLogo ? readLogo(brandLogo) : null,
    initial: brandName ? initialOf(brandName) : null,
    color: deriveColors(brandColor ?? DEFAULT_COLOR),
    supportUrl: supportUrl ?? null,
  }
}

/** The first letter of a name, as readers count letters. */
const initialOf = (name: string): string =>
  [...new Intl.Segmenter().segment(name)][0]?.segment.toLocaleUpperCase('en') ?? ''

let current: Brand | undefined

/** The brand of this process. */
export function brand(): Brand {
  current ??= brandOf(env())
  return current
}
