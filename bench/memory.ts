import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * The memory that the server processes of a port hold, in MB (RSS). Each has the port in its environment.
 * @returns undefined where there is no /proc to read it from
 */
export function memoryOfServer(origin: string): number | undefined {
  if (!existsSync('/proc/self/status')) return undefined
  const setting = `PORT=${new URL(origin).port}`
  let kilobytes = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(setting)) continue
      kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    } catch {
      // The process has ended, or belongs to another user.
    }
  }
  return kilobytes > 0 ? Math.round(kilobytes / 1024) : undefined
}
