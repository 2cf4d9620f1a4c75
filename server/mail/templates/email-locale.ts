import { localeFor } from '@/server/language/choose-locale'
import { isLocale, type Locale } from '@/server/language/languages'

/** The languages in the row of an email. */
interface EmailLanguages {
  /** As the application stores it: `de`, `de-AT`, `de_AT` or `de_AT.UTF-8`. */
  accountLocale: string | null
  /** The language of the page or the program that requested the email. */
  requestedLocale: string | null
}

/**
 * The language of an email: the account's, if there is a catalogue for it, then that of the page that requested it,
 * then the default. Everything but the default comes from the row, so each try composes the same bytes.
 */
export const emailLocale = ({ accountLocale, requestedLocale }: EmailLanguages, defaultLocale: Locale): Locale =>
  localeFor(tagOf(accountLocale ?? '')) ??
  (requestedLocale !== null && isLocale(requestedLocale) ? requestedLocale : defaultLocale)

/** The BCP 47 tag in a locale of an operating system or a framework: `de-AT` in `de_AT.UTF-8@euro`. */
const tagOf = (locale: string) =>
  locale
    .trim()
    .replace(/[.@].*$/s, '')
    .replaceAll('_', '-')
