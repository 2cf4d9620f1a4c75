'use client'

import { useTranslations } from 'next-intl'
import { formatClock } from '@/server/language/format-duration'
import { Button } from './button'
import { useSecondsLeft } from './seconds-left'
import { UtcTime } from './utc-time'

/** Sends the email again, once the cooldown is over. `deadline` is in milliseconds since 1970. */
export function ResendButton({ deadline, busy, onClick }: { deadline: number; busy: boolean; onClick: () => void }) {
  const t = useTranslations('resend')
  const secondsLeft = useSecondsLeft(deadline)
  return (
    <>
      <Button
        variant="secondary"
        busy={busy}
        unavailable={secondsLeft > 0}
        busyLabel={busy ? t('busy') : t('waiting', { clock: formatClock(secondsLeft) })}
        name="intent"
        value="send-again"
        onClick={onClick}
      >
        {t('idle')}
      </Button>
      {deadline > 0 ? (
        <noscript>
          <p className="mt-2 text-sm text-ink-soft">
            <UtcTime at={deadline} text={(time) => t('waitingUntil', { time })} />
          </p>
        </noscript>
      ) : null}
      <span role="status" className="sr-only">
        {secondsLeft === 0 && !busy ? t('ready') : ''}
      </span>
    </>
  )
}
