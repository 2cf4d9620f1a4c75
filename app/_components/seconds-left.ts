'use client'

import { useEffect, useState } from 'react'

/** Whole seconds left until `deadline` (milliseconds since 1970), counted by the clock rather than by ticks. */
export function useSecondsLeft(deadline: number): number {
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
