// Plain JavaScript without dependencies: `run.mjs` uses it before anything is installed, on Node 20.

const INTERVAL_MS = 500

/**
 * Calls `onDeath` once, after the process that started this one has ended, however it ended. The kernel then gives this
 * process another parent; no event reports that, so the parent's id is polled, twice a second.
 * @param {() => void} onDeath
 * @param {number} parent the id of the parent, when it may have ended before this call
 * @returns {NodeJS.Timeout} the timer, which keeps the process alive unless the caller calls `unref`
 */
export function watchParent(onDeath, parent = process.ppid) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onDeath()
  }, INTERVAL_MS)
  return timer
}
