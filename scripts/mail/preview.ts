import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { LOCALES, languageOf } from '@/server/language/languages'
import type { EmailBrand } from '@/server/mail/templates/email-brand'
import type { RenderedEmail } from '@/server/mail/templates/render-email'
import { SAMPLE_EMAILS } from '@/server/mail/templates/samples'
import { type PreviewedEmail, previewIndex } from './preview-index'

/**
 * Writes every email in every language with made-up values: the HTML as it is sent, in light and in dark colours
 * whatever the system's setting is, the plain text, and a page that shows them side by side.
 * @param folder is created if it is missing; files of an earlier preview are replaced
 * @returns the path of the page
 */
export async function writePreview(folder: string, brand: EmailBrand): Promise<string> {
  const emails: PreviewedEmail[] = []
  for (const locale of LOCALES) {
    await mkdir(path.join(folder, locale), { recursive: true })
    for (const [name, render] of Object.entries(SAMPLE_EMAILS)) {
      const email = { ...(await render({ locale, brand })), locale, name }
      emails.push(email)
      await writeEmail(path.join(folder, locale, name), email)
    }
  }
  const page = path.join(folder, 'index.html')
  await writeFile(
    page,
    previewIndex(emails, (locale) => languageOf(locale).name),
  )
  return page
}

const DARK_MODE = '@media (prefers-color-scheme: dark)'

async function writeEmail(file: string, { html, text }: RenderedEmail) {
  if (!html.includes(DARK_MODE)) throw new Error('The email has no style sheet for dark mode')
  await writeFile(`${file}.html`, html)
  await writeFile(`${file}.light.html`, html.replace(DARK_MODE, '@media not all'))
  await writeFile(`${file}.dark.html`, html.replace(DARK_MODE, '@media all'))
  await writeFile(`${file}.txt`, text)
}
