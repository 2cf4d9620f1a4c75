import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CliError } from './cli-error'
import { explainFailure } from './embedded-postgres-failure'
import { type Installation, runAs } from './embedded-postgres-installation'

export const SUPERUSER = 'latchkey'

/**
 * Creates an empty cluster in `dataDir` unless one is there. It is created under another name and then renamed, so that a
 * killed start leaves no half-made cluster.
 * @throws CliError when initdb fails.
 */
export async function createCluster(
  { dataDir, programs, user }: Installation,
  { temporary = false } = {},
): Promise<void> {
  const exists = () => existsSync(path.join(dataDir, 'PG_VERSION'))
  if (exists()) return
  const fresh = `${dataDir}.${randomBytes(4).toString('hex')}.new`
  const passwordFile = `${fresh}-password`
  try {
    await fs.writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
    await fs.mkdir(fresh, { mode: 0o700 })
    if (user) for (const file of [passwordFile, fresh]) await fs.chown(file, user.uid, user.gid)
    await runAs(user, path.join(programs, 'bin', 'initdb'), [
      `--pgdata=${fresh}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(temporary ? ['--no-sync'] : []),
    ])
    await fs.rename(passwordFile, path.join(fresh, 'password'))
    await fs.rename(fresh, dataDir)
  } catch (error) {
    // Another process may have created the cluster first.
    if (!exists()) throw explainFailure(String(error), dataDir)
  } finally {
    await fs.rm(fresh, { recursive: true, force: true, maxRetries: 5 })
    await fs.rm(passwordFile, { force: true })
  }
}

/**
 * The superuser's password, which is kept in the data directory.
 * @throws CliError when the file cannot be read.
 */
export async function readPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'password')
  try {
    return (await fs.readFile(file, 'utf8')).trim()
  } catch {
    throw new CliError(
      `Cannot read ${file}. Run this as the user who first started this clone, or move ${dataDir} away to start with an empty database.`,
    )
  }
}
