import { existsSync } from 'node:fs'
import path from 'node:path'
import { CliError } from './cli-error'

/**
 * Turns the output of PostgreSQL's programs into an error of one line that says what to do.
 * @param output what initdb, pg_ctl or the server printed
 */
export function explainFailure(output: string, dataDir: string): CliError {
  if (/No space left on device|ENOSPC|wrote only \d+ of|Disk quota exceeded/.test(output)) {
    return new CliError(
      `The disk that holds ${path.dirname(dataDir)} is full. Free about 100 MB there, then start again.`,
    )
  }
  if (/incompatible with server|was initialized by PostgreSQL/.test(output)) {
    return new CliError(
      `The data in ${dataDir} belongs to another version of PostgreSQL. Move that folder away to start with an empty database.`,
    )
  }
  const lines = output.trim().split('\n')
  const reason = lines.filter((line) => /FATAL|error|ENOENT|EACCES/i.test(line)).at(-1) ?? lines.at(-1)
  const advice = existsSync(`${dataDir}.log`) ? `See ${dataDir}.log` : 'Remove node_modules and start again'
  return new CliError(
    `The embedded PostgreSQL could not start (${reason?.trim() || 'no output'}). ${advice}, or set DATABASE_URL to use another PostgreSQL.`,
  )
}
