import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'

/** How large a picture of each width (px) is on the sheet: the narrowest is there to be read, the others to be compared. */
const VIEWS = [
  { width: 360, height: 740, scale: 0.75 },
  { width: 768, height: 800, scale: 0.375 },
  { width: 1280, height: 800, scale: 0.375 },
]
const GAP = 12

/** Takes a picture of the page at each width, light and dark, and writes them as one sheet: a row for each theme. */
export async function takeSheet(page: Page, file: string): Promise<void> {
  const pictures: { input: Buffer; left: number; top: number }[] = []
  let [top, right] = [GAP, 0]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    let [left, bottom] = [GAP, 0]
    for (const { width, height, scale } of VIEWS) {
      await page.setViewportSize({ width, height })
      const shot = await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' })
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
    .webp({ quality: 60, effort: 6 })
    .toFile(file)
}
