import { describeColor, describeMissingLogo } from '@/server/brand/warnings'
import type { Environment } from '@/server/env'
import { type Finding, fault, note, ok } from './finding'

const TIMEOUT_MS = 5_000

type BrandSettings = Pick<Environment, 'brandName' | 'brandColor' | 'brandLogo'>

/** Checks that the colour suits pages, and that the logo can be loaded. */
export async function checkBrand({ brandName, brandColor, brandLogo }: BrandSettings): Promise<Finding[]> {
  const findings: Finding[] = []
  if (!brandName && (brandColor || brandLogo)) findings.push(note('BRAND_NAME is not set, so the name is Latchkey'))
  const color = describeColor(brandColor)
  if (color) findings.push(note(color))
  const missing = describeMissingLogo(brandLogo)
  if (missing) findings.push(fault(missing, 'Put the file there, or change BRAND_LOGO'))
  else if (brandLogo?.startsWith('https:')) findings.push(await checkAddress(brandLogo))
  return findings
}

/** Loads the logo and checks its content type: browsers show an SVG file only with the type of one. */
async function checkAddress(logo: string): Promise<Finding> {
  const what = `the logo at ${new URL(logo).host}`
  try {
    const response = await fetch(logo, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    await response.body?.cancel()
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'none'
    if (!response.ok) return fault(`${what} answers ${response.status}`, 'Change BRAND_LOGO')
    if (!['image/svg+xml', 'image/png'].includes(type))
      return fault(`${what} has the content type ${type}`, 'Serve it as image/svg+xml or image/png')
    return ok(`${what} can be loaded`)
  } catch {
    return note(`${what} could not be loaded from this machine`)
  }
}
