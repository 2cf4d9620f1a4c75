/** A language that pages and emails are written in. */
interface Language {
  /** The language's name for itself. */
  name: string
  direction: 'ltr' | 'rtl'
  /** The BCP 47 tag that dates, numbers and durations are formatted with. */
  formats: string
}

/** Every language, by its code. Each has a catalogue in `messages/` (docs/languages.md). */
export const LANGUAGES = {
  // Dates in the order that most English readers outside the United States use.
  en: { name: 'English', direction: 'ltr', formats: 'en-GB' },
  de: { name: 'Deutsch', direction: 'ltr', formats: 'de' },
  fr: { name: 'Français', direction: 'ltr', formats: 'fr' },
  es: { name: 'Español', direction: 'ltr', formats: 'es' },
  'pt-BR': { name: 'Português (Brasil)', direction: 'ltr', formats: 'pt-BR' },
  ja: { name: '日本語', direction: 'ltr', formats: 'ja' },
  // Western digits, whatever the browser's own default for Arabic is.
  ar: { name: 'العربية', direction: 'rtl', formats: 'ar-u-nu-latn' },
} as const satisfies Record<string, Language>

export type Locale = keyof typeof LANGUAGES

/** Every language's code, in the order in which pages list them. */
export const LOCALES = Object.keys(LANGUAGES) as [Locale, ...Locale[]]

/** True for the code of a language that has a catalogue. */
export const isLocale = (code: string): code is Locale => Object.hasOwn(LANGUAGES, code)

/** The language's name, direction and formats. */
export const languageOf = (locale: Locale): Language => LANGUAGES[locale]
