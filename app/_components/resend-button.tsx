'use client'

import { messages } from '@/messages/en'
import { Button } from './button'
import { useSecondsLeft } from './seconds-left'

/** Sends again, once the pause between two mails is over. */
export function ResendButton({ deadline, busy, onClick }: { deadline: number; busy: boolean; onClick: () => void }) {
  const left = useSecondsLeft(deadline)
  const words = messages.resend
  return (
    <>
      <Button
        look="secondary"
        busy={busy}
        held={left > 0}
        busyLabel={busy ? words.busy : words.waiting(left)}
        onClick={onClick}
      >
        {words.idle}
      </Button>
      <span role="status" className="sr-only">
        {left === 0 && !busy ? words.ready : ''}
      </span>
    </>
  )
}
