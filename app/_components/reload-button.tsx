'use client'

import { useState } from 'react'
import { messages } from '@/messages/en'
import { Button } from './button'
import { usePageRestored } from './page-restored'
import { useSecondsLeft } from './seconds-left'

const words = messages.retry

interface ReloadButtonProps {
  variant?: 'primary' | 'secondary'
  label?: string
  /** Seconds from now until it can be pressed. */
  waitSeconds?: number
}

/** Loads the page again, once the wait is over. */
export function ReloadButton({ variant = 'secondary', label = words.reload, waitSeconds = 0 }: ReloadButtonProps) {
  const [deadline] = useState(() => Date.now() + waitSeconds * 1000)
  const [busy, setBusy] = useState(false)
  usePageRestored(() => setBusy(false))
  const secondsLeft = useSecondsLeft(deadline)
  function reload() {
    setBusy(true)
    window.location.reload()
  }
  return (
    <>
      <Button
        variant={variant}
        busy={busy}
        unavailable={secondsLeft > 0}
        busyLabel={busy ? words.busy : words.waiting(secondsLeft)}
        onClick={reload}
      >
        {label}
      </Button>
      {waitSeconds > 0 ? (
        <span role="status" className="sr-only">
          {secondsLeft === 0 ? words.ready : ''}
        </span>
      ) : null}
    </>
  )
}
