'use client'

import { useLocale, useTranslations } from 'next-intl'
import { useState } from 'react'
import { useHydrated } from '@/app/_components/hydrated'
import { Notice } from '@/app/_components/notice'
import { UtcTime } from '@/app/_components/utc-time'
import { formatClock, formatDuration } from '@/server/language/format-duration'

interface BlockNoticeProps {
  secondsLeft: number
  /** In milliseconds since 1970. */
  blockedUntil: number
  wasBlocked: boolean
}

/** Says that codes are blocked and for how long, and afterwards that a code can be entered again. */
export function BlockNotice({ secondsLeft, blockedUntil, wasBlocked }: BlockNoticeProps) {
  const t = useTranslations('code')
  const blocked = secondsLeft > 0
  return (
    <>
      {blocked ? <Block secondsLeft={secondsLeft} blockedUntil={blockedUntil} /> : null}
      <div role="status">
        {wasBlocked && !blocked ? (
          <div className="mt-4">
            <Notice tone="success" title={t('unblockedTitle')}>
              {t('unblocked')}
            </Notice>
          </div>
        ) : null}
      </div>
    </>
  )
}

function Block({ secondsLeft, blockedUntil }: Omit<BlockNoticeProps, 'wasBlocked'>) {
  const hydrated = useHydrated()
  const formats = useLocale()
  const t = useTranslations('code')
  // Screen readers announce the wait once. The countdown is visible, but changes too often to announce.
  const [announcedSeconds] = useState(secondsLeft)
  return (
    <div className="mt-4">
      <Notice tone="problem">
        <div role="alert">
          <p className="font-semibold">{t('blockedTitle')}</p>
          <p>
            {t('blocked')}{' '}
            <span className="sr-only">{t('blockedFor', { duration: formatDuration(formats, announcedSeconds) })}</span>
          </p>
        </div>
        <p role="timer" className="tabular-nums">
          {hydrated ? (
            t('blockedLeft', { clock: formatClock(secondsLeft) })
          ) : (
            <UtcTime at={blockedUntil} text={(time) => t('blockedUntil', { time })} />
          )}
        </p>
      </Notice>
    </div>
  )
}
