'use client'

import { useLocale } from 'next-intl'

const FORMAT = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
} as const

/**
 * A sentence with a time of day in UTC, for browsers without JavaScript. There a page cannot count down, and it does
 * not know the time zone.
 * @param at milliseconds since 1970
 */
export function UtcTime({ at, text }: { at: number; text: (time: string) => string }) {
  return text(new Intl.DateTimeFormat(useLocale(), FORMAT).format(at))
}
