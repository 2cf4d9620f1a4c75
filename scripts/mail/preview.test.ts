import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { LOCALES } from '@/server/language/languages'
import { SAMPLE_EMAILS } from '@/server/mail/templates/samples'
import { bundleCommand } from '@/server/testing/command'

const folder = await mkdtemp(path.join(tmpdir(), 'email-preview-'))
afterAll(() => rm(folder, { recursive: true }))

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Without a database. */
const mail = await bundleCommand('scripts/mail.ts')
const BRAND = { BRAND_NAME: 'Øre & Søn', SUPPORT_URL: 'https://example.com' }

it('npm run mail -- preview writes every email in every language, without a database, and prints where', async () => {
  const { code, output } = await mail(BRAND, 'preview', '--out', folder)
  expect(output).toMatch(/^Every email in every language: file:\/\/.*index\.html$/m)
  expect(code).toBe(0)

  const index = await readFile(path.join(folder, 'index.html'), 'utf8')
  const framed = [...index.matchAll(/<iframe src="([^"]+)"/g)].map(([, file]) => file as string)
  const names = LOCALES.flatMap((locale) => Object.keys(SAMPLE_EMAILS).map((name) => `${locale}/${name}`))
  expect(framed).toEqual(names.flatMap((name) => [`${name}.light.html`, `${name}.dark.html`]))
  for (const locale of LOCALES)
    expect(await readdir(path.join(folder, locale))).toHaveLength(4 * Object.keys(SAMPLE_EMAILS).length)

  for (const name of names) {
    const read = (ending: string) => readFile(path.join(folder, `${name}${ending}`), 'utf8')
    const [sent, light, dark, text] = await Promise.all(['.html', '.light.html', '.dark.html', '.txt'].map(read))
    expect(sent).toContain('@media (prefers-color-scheme: dark)')
    expect(light).toContain('@media not all')
    expect(dark).toContain('@media all')
    expect(text).toContain('Øre & Søn')
    expect(index).toContain(escapeHtml(text ?? ''))
    expect(`${sent}${text}`).not.toMatch(/latchkey/i)
  }
})

it('npm run mail -- preview explains itself when an argument is wrong', async () => {
  const { code, output } = await mail(BRAND, 'preview', '--to', folder)
  expect(output).toContain('npm run mail -- preview [--out DIR]')
  expect(code).toBe(1)
})
