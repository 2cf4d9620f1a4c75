import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'

/** The scale of the pictures on the sheet, by their width (px). The narrowest is large enough to read. */
const VIEWS = [
  { width: 360, height: 740, scale: 0.625 },
  { width: 768, height: 800, scale: 0.3125 },
  { width: 1280, height: 800, scale: 0.3125 },
]
const GAP = 12
/** Longer pages are cut off on the sheet (px of the sheet). */
const LONGEST = 1000

/** Takes a picture of the page at each width, light and dark, and writes them as one sheet: a row for each theme. */
export async function takeSheet(page: Page, file: string): Promise<void> {
  const pictures: { input: Buffer; left: number; top: number }[] = []
  let [top, right] = [GAP, 0]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    let [left, bottom] = [GAP, 0]
    for (const { width, height, scale } of VIEWS) {
      await page.setViewportSize({ width, height })
      const pageHeight = await page.evaluate(() => document.documentElement.scrollHeight)
      const clip = { x: 0, y: 0, width, height: Math.min(Math.max(pageHeight, height), LONGEST / scale) }
      const shot = await page.screenshot({ fullPage: true, clip, animations: 'disabled', caret: 'hide' })
      const { data, info } = await sharp(shot)
        .resize({ width: Math.round(width * scale) })
        .png()
        .toBuffer({ resolveWithObject: true })
      pictures.push({ input: data, left, top })
      left += info.width + GAP
      bottom = Math.max(bottom, top + info.height + GAP)
    }
    right = Math.max(right, left)
    top = bottom
  }
  await mkdir(path.dirname(file), { recursive: true })
  await sharp({ create: { width: right, height: top, channels: 3, background: '#808080' } })
    .composite(pictures)
    .webp({ quality: 40, effort: 6 })
    .toFile(file)
}
