import { secondsAfter } from '@/server/core/context'

export const START = new Date('2026-11-20T14:30:00Z')

/** A clock that moves only when it is told to. `ctx.now` and the worker's `now` both read it. */
export function createClock(at = START) {
  let now = at
  return {
    now: () => now,
    advance(seconds: number) {
      now = secondsAfter(now, seconds)
    },
    /** Moves to the time of this machine, which is the clock of an app under test. */
    synchronize() {
      now = new Date()
    },
  }
}
