import { readdirSync, readFileSync } from 'node:fs'
import { CliError } from '@/scripts/cli-error'

/** How many clock ticks Linux counts in a second, on every architecture. */
const TICKS_PER_SECOND = 100

/**
 * The server process of a port: it has the port in its environment, and the title that Next.js gives it.
 * @throws CliError where there is no /proc, or no such process
 */
export function serverProcessOf(origin: string): number {
  const setting = `PORT=${new URL(origin).port}`
  for (const pid of listProcesses()) {
    try {
      const isOfPort = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(setting)
      if (isOfPort && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('next-server')) return Number(pid)
    } catch {
      // The process has ended, or belongs to another user.
    }
  }
  throw new CliError(
    'The server process was not found. A profile is taken on Linux only, which lists processes in /proc.',
  )
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** The processes of PostgreSQL that serve a database: their titles name it. */
export const backendsOf = (database: string): number[] =>
  listProcesses()
    .filter((pid) => titleOf(pid).match(/^postgres: \S+ (\S+)/)?.[1] === database)
    .map(Number)

function titleOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // the process has ended
  }
}

/** The CPU time that processes have taken, on all their threads. */
export function cpuSecondsOf(pids: number[]): number {
  const ticks = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program is in brackets and may have spaces. `utime` and `stime` are the 14th and 15th field (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
}
