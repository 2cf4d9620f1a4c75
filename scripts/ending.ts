/**
 * The end of this script: aborted once, by Ctrl-C, SIGTERM, SIGHUP or the death of the parent process.
 * None of these ends the process any more: whoever asks for this calls `process.exit` when all is cleared.
 */
export function endOfScript(): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort())
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) ending.abort()
  }, 500)
  return ending.signal
}

/** Resolves when the script is asked to end. */
export const asked = (ending: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (ending.aborted) resolve()
    else ending.addEventListener('abort', () => resolve(), { once: true })
  })
