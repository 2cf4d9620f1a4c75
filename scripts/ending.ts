/**
 * The end of this script: aborted once, by Ctrl-C, SIGTERM, SIGHUP or the death of the parent process.
 * While it is in use, none of these ends the process by itself.
 */
export function endOfScript(): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort())
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) ending.abort()
  }, 500).unref()
  return ending.signal
}

/** Resolves when the script is asked to end. */
export const asked = (ending: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (ending.aborted) resolve()
    else ending.addEventListener('abort', () => resolve(), { once: true })
  })
