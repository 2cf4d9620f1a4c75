import { createLog } from '@/server/observability/log'

/** A logger, and the lines that were written to it. */
export function createLogCapture() {
  const lines: string[] = []
  return { lines, log: createLog('trace', { write: (line) => void lines.push(line) }) }
}
