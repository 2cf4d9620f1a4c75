import { watchParent } from './parent-watch.mjs'

/**
 * A signal that is aborted once this script should end: on Ctrl-C, SIGTERM, SIGHUP or the end of the parent process.
 * After this call, these no longer end the process: the caller cleans up and then calls `process.exit`.
 */
export function shutdownSignal(): AbortSignal {
  const shutdown = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => shutdown.abort())
  watchParent(() => shutdown.abort())
  return shutdown.signal
}

/** Resolves when the signal is aborted. */
export const aborted = (shutdown: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (shutdown.aborted) resolve()
    else shutdown.addEventListener('abort', () => resolve(), { once: true })
  })
