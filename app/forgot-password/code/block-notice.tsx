'use client'

import { useLocale, useTranslations } from 'next-intl'
import { useState } from 'react'
import { Notice } from '@/app/_components/notice'
import { formatClock, formatDuration } from '@/server/language/format-duration'

/** Says that codes are blocked and for how long, and afterwards that a code can be entered again. */
export function BlockNotice({ secondsLeft, wasBlocked }: { secondsLeft: number; wasBlocked: boolean }) {
  const t = useTranslations('code')
  const blocked = secondsLeft > 0
  return (
    <>
      {blocked ? <Block secondsLeft={secondsLeft} /> : null}
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

function Block({ secondsLeft }: { secondsLeft: number }) {
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
          {t('blockedLeft', { clock: formatClock(secondsLeft) })}
        </p>
      </Notice>
    </div>
  )
}
