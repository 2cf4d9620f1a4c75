'use client'

import { useHydrated } from './hydrated'

const FORMAT = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const

/** A moment in the reader's own time zone; in UTC, and saying so, until the page's script knows the zone. */
export function LocalTime({ at }: { at: string }) {
  const zone = useHydrated() ? {} : ({ timeZone: 'UTC', timeZoneName: 'short' } as const)
  return <time dateTime={at}>{new Intl.DateTimeFormat('en-GB', { ...FORMAT, ...zone }).format(new Date(at))}</time>
}
