import { isLocale, LOCALES, type Locale } from './languages'

/** Browsers send far shorter headers. The rest of a longer one is ignored. */
const MAX_HEADER_LENGTH = 1000

/** A language of an Accept-Language header: a tag, or `*`, and its quality (RFC 9110 §12.5.4). */
const RANGE = /^[ \t]*([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i

/**
 * The language that a request asks for: the person's choice, then what the browser prefers.
 * @param cookie the value of the language cookie, or null
 * @param acceptLanguage the Accept-Language header, or null
 * @returns null if the request asks for no language with a catalogue
 */
export function requestedLocale(cookie: string | null, acceptLanguage: string | null): Locale | null {
  if (cookie && isLocale(cookie)) return cookie
  const ranges = (acceptLanguage ?? '').slice(0, MAX_HEADER_LENGTH).split(',')
  const wanted = ranges.flatMap((range) => {
    const [, tag = '', quality = '1'] = RANGE.exec(range) ?? []
    return tag && Number(quality) > 0 ? [{ tag, quality: Number(quality) }] : []
  })
  // The sort is stable: languages of the same quality keep the order of the header.
  for (const { tag } of wanted.sort((a, b) => b.quality - a.quality)) {
    const locale = localeFor(tag)
    if (locale) return locale
  }
  return null
}

/** As `requestedLocale`, or `fallback` if the request asks for no language that there is. */
export const chooseLocale = (cookie: string | null, acceptLanguage: string | null, fallback: Locale): Locale =>
  requestedLocale(cookie, acceptLanguage) ?? fallback

/** The language for a tag: the same one, or any of the same language: `de` for `de-AT`, `pt-BR` for `pt` and `pt-PT`. */
export function localeFor(tag: string): Locale | undefined {
  const [wanted, [language]] = [tag.toLowerCase(), tag.toLowerCase().split('-')]
  return (
    LOCALES.find((locale) => locale.toLowerCase() === wanted) ??
    LOCALES.find((locale) => locale.toLowerCase().split('-')[0] === language)
  )
}
