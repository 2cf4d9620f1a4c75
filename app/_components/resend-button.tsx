'use client'

import { messages } from '@/messages/en'
import { Button } from './button'
import { useSecondsLeft } from './seconds-left'

/** Sends the email again, once the cooldown is over. `deadline` is in milliseconds since 1970. */
export function ResendButton({ deadline, busy, onClick }: { deadline: number; busy: boolean; onClick: () => void }) {
  const secondsLeft = useSecondsLeft(deadline)
  const words = messages.resend
  return (
    <>
      <Button
        variant="secondary"
        busy={busy}
        unavailable={secondsLeft > 0}
        busyLabel={busy ? words.busy : words.waiting(secondsLeft)}
        onClick={onClick}
      >
        {words.idle}
      </Button>
      <span role="status" className="sr-only">
        {secondsLeft === 0 && !busy ? words.ready : ''}
      </span>
    </>
  )
}
