'use client'

import { useEffect, useState } from 'react'

/** Whole seconds left until `deadline` (milliseconds since 1970), counted by the clock rather than by ticks. */
export function useSecondsLeft(deadline: number): number {
  const [seen, setSeen] = useState(() => ({ deadline, now: Date.now() }))
  // A new deadline is counted from the present rather than from the last tick, which may be long ago.
  const current = seen.deadline === deadline ? seen : { deadline, now: Date.now() }
  if (current !== seen) setSeen(current)

  useEffect(() => {
    const look = () => setSeen({ deadline, now: Date.now() })
    look()
    if (deadline <= Date.now()) return
    const tick = setInterval(() => {
      look()
      if (deadline <= Date.now()) clearInterval(tick)
    }, 500)
    return () => clearInterval(tick)
  }, [deadline])
  return Math.max(0, Math.ceil((deadline - current.now) / 1000))
}
