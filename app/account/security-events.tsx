import type { inferRouterOutputs } from '@trpc/server'
import { useTranslations } from 'next-intl'
import { LocalTime } from '@/app/_components/local-time'
import type { AppRouter } from '@/server/api/root'
import { useDeviceName } from './device-name'

type SecurityEvent = inferRouterOutputs<AppRouter>['account']['securityEvents'][number]

export function SecurityEvents({ events }: { events: SecurityEvent[] }) {
  const t = useTranslations('account')
  const tEvents = useTranslations('events')
  const deviceName = useDeviceName()
  if (events.length === 0) return <p className="text-ink-soft">{t('noEvents')}</p>
  return (
    <ol className="divide-y divide-hairline">
      {events.map((event) => (
        <li key={event.id} className="py-3 first:pt-0">
          <p className="font-medium">{tEvents(event.kind)}</p>
          <p className="flex flex-col text-sm text-ink-soft sm:flex-row sm:flex-wrap sm:gap-x-4">
            <LocalTime at={event.at} />
            {event.device ? <span>{deviceName(event.device)}</span> : null}
          </p>
        </li>
      ))}
    </ol>
  )
}
