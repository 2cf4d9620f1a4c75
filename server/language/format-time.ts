import { type Locale, languageOf } from './languages'

const OPTIONS = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
} as const

const formats = new Map<Locale, Intl.DateTimeFormat>()

/** Formats a time for an email: "20 November 2026 at 14:30 UTC". The reader's time zone is unknown. */
export function formatTime(locale: Locale, at: Date): string {
  let format = formats.get(locale)
  if (!format) {
    format = new Intl.DateTimeFormat(languageOf(locale).formats, OPTIONS)
    formats.set(locale, format)
  }
  return format.format(at)
}
