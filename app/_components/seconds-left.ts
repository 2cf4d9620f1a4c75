'use client'

import { useEffect, useState } from 'react'

/** Whole seconds until `deadline` (milliseconds since 1970). Reads the clock at each tick, since timers can be late. */
export function useSecondsLeft(deadline: number): number {
  const [reading, setReading] = useState(() => ({ deadline, now: Date.now() }))
  // For a new deadline, read the clock at once: the last reading may be old.
  const current = reading.deadline === deadline ? reading : { deadline, now: Date.now() }
  if (current !== reading) setReading(current)

  useEffect(() => {
    const readClock = () => setReading({ deadline, now: Date.now() })
    readClock()
    if (deadline <= Date.now()) return
    const timer = setInterval(() => {
      readClock()
      if (deadline <= Date.now()) clearInterval(timer)
    }, 500)
    return () => clearInterval(timer)
  }, [deadline])
  return Math.max(0, Math.ceil((deadline - current.now) / 1000))
}
