'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { formatClock } from '@/server/language/format-duration'
import { Button, ButtonLink } from './button'
import { useHydrated } from './hydrated'
import { usePageRestored } from './page-restored'
import { useSecondsLeft } from './seconds-left'

interface ReloadButtonProps {
  variant?: 'primary' | 'secondary'
  label?: string
  /** Seconds from now until it can be pressed. */
  waitSeconds?: number
}

/** Loads the page again, once the wait is over. */
export function ReloadButton({ variant = 'secondary', label, waitSeconds = 0 }: ReloadButtonProps) {
  const t = useTranslations('retry')
  const [deadline] = useState(() => Date.now() + waitSeconds * 1000)
  const [busy, setBusy] = useState(false)
  usePageRestored(() => setBusy(false))
  const secondsLeft = useSecondsLeft(deadline)
  function reload() {
    setBusy(true)
    window.location.reload()
  }
  const hydrated = useHydrated()
  if (!hydrated) {
    return (
      <ButtonLink variant={variant} href="">
        {label}
      </ButtonLink>
    )
  }
  return (
    <>
      <Button
        variant={variant}
        busy={busy}
        unavailable={secondsLeft > 0}
        busyLabel={busy ? t('busy') : t('waiting', { clock: formatClock(secondsLeft) })}
        onClick={reload}
      >
        {label ?? t('reload')}
      </Button>
      {waitSeconds > 0 ? (
        <span role="status" className="sr-only">
          {secondsLeft === 0 ? t('ready') : ''}
        </span>
      ) : null}
    </>
  )
}
