import os from 'node:os'
import type { Sql } from 'postgres'

/** The machine of a measurement, without anything that names it. */
export interface Machine {
  cpu: string
  cores: number
  memoryGb: number
  system: string
  node: string
  postgres: string
  /** How many server processes Latchkey had. */
  processes: number
}

export async function describeMachine(sql: Sql): Promise<Machine> {
  const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`
  return {
    cpu: os.cpus()[0]?.model.trim() || 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.arch()}`,
    node: process.versions.node,
    postgres: row?.version ?? 'unknown',
    processes: Number(process.env.TEST_WEB_CONCURRENCY || 1),
  }
}

/** A machine on one line. */
export const nameMachine = ({ cpu, cores, memoryGb, system, node, postgres, processes }: Machine) =>
  `${processes > 1 ? `${processes} server processes on ` : ''}${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; Node.js ${node}, PostgreSQL ${postgres}`
