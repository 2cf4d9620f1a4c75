/**
 * The end of this script: aborted once, by Ctrl-C, SIGTERM, SIGHUP or the death of the parent process.
 * None of these ends the process any more: whoever asks for this calls `process.exit` when all is cleared.
 */
export function shutdownSignal(): AbortSignal {
  const shutdown = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => shutdown.abort())
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) shutdown.abort()
  }, 500)
  return shutdown.signal
}

/** Resolves when the script is asked to end. */
export const aborted = (shutdown: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (shutdown.aborted) resolve()
    else shutdown.addEventListener('abort', () => resolve(), { once: true })
  })
