import { caniemail } from 'caniemail'
import { describe, expect, it } from 'vitest'
import { LOCALES } from '@/server/language/languages'
import { BRAND } from '@/server/testing/email-settings'
import { SAMPLE_EMAILS } from './samples'

/** The mail programs that the emails are made for, as caniemail.com names them. */
const CLIENTS = [
  'gmail.desktop-webmail',
  'gmail.ios',
  'gmail.android',
  'outlook.windows', // its engine is Word
  'outlook.outlook-com',
  'apple-mail.macos',
  'apple-mail.ios',
  'yahoo.desktop-webmail',
  'yahoo.ios',
  'yahoo.android',
] as const

/** What some of them do not support, by the title at caniemail.com, and why the email reads well without it. */
const FALLBACKS: Record<string, string> = {
  '<body> element': 'The table inside has the same background, language and direction.',
  '@media': 'Only the dark colours need it. Without them, the email has its light colours.',
  'border-radius': 'Corners are square instead.',
  'color-scheme meta tag': 'It only announces the dark colours.',
  'table-layout': 'Word breaks long addresses at the edge of the table without it.',
  'word-break': 'Yahoo breaks long addresses at their hyphens. The fixed table keeps its width.',
}

/** The titles of the features in an email that at least one of the clients does not support. */
function unsupportedIn(html: string): string[] {
  const { errors } = caniemail({ clients: [...CLIENTS], html }).issues
  return [...new Set([...errors.values()].flat().map(({ title }) => title))]
}

const emails = LOCALES.flatMap((locale) => Object.keys(SAMPLE_EMAILS).map((name) => [locale, name] as const))
const render = (locale: (typeof LOCALES)[number], name: string) =>
  SAMPLE_EMAILS[name]?.({ locale, brand: { ...BRAND, supportUrl: 'https://example.com/help' } })

describe.each(emails)('in %s, the email %s', (locale, name) => {
  it('uses only HTML and CSS that every common mail program supports, or that has a fallback', async () => {
    const html = (await render(locale, name))?.html as string
    expect(unsupportedIn(html).filter((title) => !(title in FALLBACKS))).toEqual([])
  })
})

it('the check finds a feature that a mail program lacks', () => {
  expect(unsupportedIn('<p style="display:grid;object-fit:cover">Hello</p>')).toContain('object-fit')
})

it('every fallback is for a feature that an email uses', async () => {
  const rendered = await Promise.all(emails.map(([locale, name]) => render(locale, name)))
  const used = new Set(rendered.flatMap((email) => unsupportedIn(email?.html ?? '')))
  expect([...used].sort()).toEqual(Object.keys(FALLBACKS).sort())
})
