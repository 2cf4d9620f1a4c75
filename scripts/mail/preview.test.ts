import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, expect, it } from 'vitest'
import { ROOT } from '@/scripts/environment'
import { LOCALES } from '@/server/language/languages'
import { SAMPLE_EMAILS } from '@/server/mail/templates/samples'

const folder = await mkdtemp(path.join(tmpdir(), 'email-preview-'))
afterAll(() => rm(folder, { recursive: true }))

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Runs `npm run mail` without a database. */
const mail = (...args: string[]) =>
  execa(process.execPath, [path.join(ROOT, 'scripts', 'run.mjs'), 'scripts/mail.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      BRAND_NAME: 'Øre & Søn',
      SUPPORT_URL: 'https://example.com',
    },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  })

it('npm run mail -- preview writes every email in every language, without a database, and prints where', async () => {
  const { exitCode, all } = await mail('preview', '--out', folder)
  expect(all).toMatch(/^Every email in every language: file:\/\/.*index\.html$/m)
  expect(exitCode).toBe(0)

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
  const { exitCode, all } = await mail('preview', '--to', folder)
  expect(all).toContain('npm run mail -- preview [--out DIR]')
  expect(exitCode).toBe(1)
})
