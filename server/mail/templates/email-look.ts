import { deviceParts } from '@/server/language/device-parts'
import { formatDuration } from '@/server/language/format-duration'
import { formatTime } from '@/server/language/format-time'
import { type Locale, languageOf } from '@/server/language/languages'
import { type Texts, textsIn } from '@/server/language/texts'
import type { EmailBrand } from './email-brand'

/** What every email is rendered with, besides its own values. */
export interface EmailSetting {
  locale: Locale
  brand: EmailBrand
}

/** A setting, with everything that templates derive from it. */
export interface EmailLook extends EmailSetting {
  texts: Texts
  dir: 'ltr' | 'rtl'
  /** The side on which lines begin. */
  start: 'left' | 'right'
  /** A length of time in words, such as "10 minutes". */
  duration(seconds: number): string
}

/** The look of an email in the language and with the brand of its setting. */
export async function lookOf({ locale, brand }: EmailSetting): Promise<EmailLook> {
  const { direction: dir, formats } = languageOf(locale)
  return {
    locale,
    brand,
    texts: await textsIn(locale),
    dir,
    start: dir === 'rtl' ? 'right' : 'left',
    duration: (seconds) => formatDuration(formats, seconds),
  }
}

/** Who asked, in words: the time with its zone, and the device as `deviceOf` names it. */
export async function whoAsked(locale: Locale, at: Date, device: string | null) {
  const parts = deviceParts(device)
  const texts = await textsIn(locale)
  return { time: formatTime(locale, at), device: parts ? texts('device.name', parts) : device }
}
