'use client'

import { useLocale } from 'next-intl'
import { useHydrated } from './hydrated'

const FORMAT = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const

/** A time (ISO 8601) in the reader's time zone. Before hydration it is shown in UTC, with the zone named. */
export function LocalTime({ at }: { at: string }) {
  const formats = useLocale()
  const zone = useHydrated() ? {} : ({ timeZone: 'UTC', timeZoneName: 'short' } as const)
  return <time dateTime={at}>{new Intl.DateTimeFormat(formats, { ...FORMAT, ...zone }).format(new Date(at))}</time>
}
