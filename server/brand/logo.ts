import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface BrandLogo {
  /** The path or https address that pages load it from. */
  src: string
  /** Width divided by height; null if it is unknown, as it is at an https address. */
  aspect: number | null
  /** True for a wide logo, which is taken to contain the name. */
  showsName: boolean
  /** True for an SVG file that has its own colours for dark pages. */
  hasDarkVersion: boolean
}

/** A logo with at least this aspect counts as wide. */
const WIDE = 2

/** The file that a logo at a path is served from. */
export const logoFile = (src: string): string => path.join(/* turbopackIgnore: true */ process.cwd(), 'public', src)

/**
 * Reads what pages must know about the logo before they load it.
 * @param src a path under `public/` that begins with a slash, or an https address
 */
export function readLogo(src: string): BrandLogo {
  const bytes = src.startsWith('/') ? bytesOf(src) : null
  if (!bytes) return { src, aspect: null, showsName: false, hasDarkVersion: false }
  const svg = src.endsWith('.svg') ? bytes.toString('utf8') : null
  const [width, height] = svg === null ? pngSize(bytes) : svgSize(svg)
  const aspect = width && height && width > 0 && height > 0 ? width / height : null
  const hasDarkVersion = svg?.includes('prefers-color-scheme') ?? false
  return { src, aspect, showsName: aspect !== null && aspect >= WIDE, hasDarkVersion }
}

/** Null if the file is missing: pages then show the name only. */
function bytesOf(src: string): Buffer | null {
  try {
    return readFileSync(logoFile(src))
  } catch {
    return null
  }
}

/** The size in the first chunk of a PNG file (PNG specification §11.2.2). */
const pngSize = (bytes: Buffer) => (bytes.length < 24 ? [] : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)])

/** The size of the `viewBox`, or the attributes `width` and `height`. */
function svgSize(svg: string): (number | undefined)[] {
  const tag = /<svg\b[^>]*>/i.exec(svg)?.[0] ?? ''
  const box = /\sviewBox\s*=\s*["']([^"']+)["']/i
    .exec(tag)?.[1]
    ?.trim()
    .split(/[\s,]+/)
  if (box?.length === 4) return box.slice(2).map(Number)
  return ['width', 'height'].map((name) =>
    Number(new RegExp(`\\s${name}\\s*=\\s*["']([\\d.]+)(?:px)?["']`).exec(tag)?.[1]),
  )
}
