import { describe, expect, it } from 'vitest'
import { LOCALES, languageOf } from '@/server/language/languages'
import { BRAND } from '@/server/testing/email-settings'
import { emailLocale } from './email-locale'
import { SAMPLE_EMAILS } from './samples'

const emails = LOCALES.flatMap((locale) => Object.keys(SAMPLE_EMAILS).map((name) => [locale, name] as const))

describe.each(emails)('in %s, the email %s', (locale, name) => {
  const render = (brand = BRAND) =>
    SAMPLE_EMAILS[name]?.({ locale, brand }) as ReturnType<(typeof SAMPLE_EMAILS)[string]>

  it('has its language and direction, also where a mail program drops the body', async () => {
    const { html } = await render()
    const { direction } = languageOf(locale)
    expect(html).toContain(`<html lang="${locale}" dir="${direction}">`)
    expect(html).toMatch(new RegExp(`<table [^>]*lang="${locale}" dir="${direction}"`))
  })

  it('shows every address and code from left to right', async () => {
    const { html } = await render()
    const addresses = html.match(/<p [^>]*>\s*<a [^>]*>https:/g) ?? []
    for (const address of addresses) expect(address).toMatch(/^<p dir="ltr"/)
    if (html.includes('012345')) expect(html).toMatch(/dir="ltr"[^>]*><span [^>]*>012345</)
  })

  it('has the same content in its plain text', async () => {
    const { subject, html, text } = await render()
    const shown = html
      .slice(html.indexOf('<h1'))
      .replace(/<(\w+)[^>]*data-skip-in-text="true"[^>]*>.*?<\/\1>/gs, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replaceAll('&#x27;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
    const words = (given: string) => given.replace(/\s/g, '')
    expect(words(text)).toContain(words(shown))
    expect(text).toContain(subject)
    expect(text).not.toMatch(/[<>{}]/)
  })

  it('names no product but the brand', async () => {
    const { subject, html, text } = await render({ ...BRAND, name: 'Øre & Søn' })
    expect(subject + html + text).not.toMatch(/latchkey/i)
    expect(text).toContain('Øre & Søn')
    expect(html).toContain('Øre &amp; Søn')
  })
})

describe('the language of an email', () => {
  const languageFor = (accountLocale: string | null, requestedLocale: string | null) =>
    emailLocale({ accountLocale, requestedLocale }, 'en')

  it.each(LOCALES)('is that of the page that asked if the account has none: %s', (locale) => {
    expect(languageFor(null, locale)).toBe(locale)
    expect(languageFor('', locale)).toBe(locale)
  })

  it.each(LOCALES)('is that of the page if there is no catalogue for that of the account: %s', (locale) => {
    for (const unknown of ['zh', 'zh_CN', 'tlh', 'C', 'POSIX', '../en', 'x'.repeat(1000)])
      expect(languageFor(unknown, locale)).toBe(locale)
  })

  it('is the default if neither is known', () => {
    expect(languageFor(null, null)).toBe('en')
    expect(languageFor('zh', 'zh')).toBe('en')
  })

  it.each(['en', 'EN', 'en-GB', 'en_US', 'en_US.UTF-8', ' en ', 'en@posix'])(
    'is that of the account in whichever form the application stores it: %s',
    (stored) => {
      expect(languageFor(stored, LOCALES.at(-1) ?? null)).toBe('en')
    },
  )
})
