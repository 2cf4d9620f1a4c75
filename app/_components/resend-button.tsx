'use client'

import { useEffect, useState } from 'react'
import { messages } from '@/messages/en'
import { Button } from './button'

/** Whole seconds left until `deadline` (milliseconds since 1970), counted by the clock rather than by ticks. */
function useSecondsLeft(deadline: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (deadline <= Date.now()) return
    const tick = setInterval(() => {
      setNow(Date.now())
      if (deadline <= Date.now()) clearInterval(tick)
    }, 500)
    return () => clearInterval(tick)
  }, [deadline])
  return Math.max(0, Math.ceil((deadline - now) / 1000))
}

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
