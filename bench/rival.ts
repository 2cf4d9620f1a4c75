import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getMigrations } from 'better-auth/db/migration'
import getPort from 'get-port'
import { Pool } from 'pg'
import postgres from 'postgres'
import { CliError } from '@/scripts/cli-error'
import { ROOT } from '@/scripts/environment'
import { killGroup, runNext, spawnNext } from '@/scripts/processes'
import { startAppDatabase } from '@/server/testing/app-database'
import { emailOf } from './bulk-load'
import { optionsFor } from './rival/options'

const FOLDER = path.join(import.meta.dirname, 'rival')

export interface Rival {
  url: string
  databaseUrl: string
  stop(): Promise<void>
}

/**
 * Serves the folder `rival`, an app on the same Next.js and PostgreSQL, with a bare route handler and better-auth.
 * @param first the number of its first account
 */
export async function startRival(first: number, count: number): Promise<Rival> {
  await buildIfStale()
  const database = await startAppDatabase()
  const ends: (() => Promise<unknown>)[] = [database.stop]
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    await addAccounts(database.url, first, count)
    const port = await getPort()
    const url = `http://localhost:${port}`
    const { PATH, HOME, TMPDIR } = process.env
    const child = spawnNext(['start', FOLDER, '--port', String(port)], {
      PATH,
      HOME,
      TMPDIR,
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      BETTER_AUTH_URL: url,
      BETTER_AUTH_SECRET: 'a secret of these measurements that is long enough',
    })
    ends.push(() => killGroup(child, child))
    await isReady(`${url}/bare`)
    return { url, databaseUrl: database.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Resolves when the address answers. */
async function isReady(url: string) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (answer?.ok) return
  }
  throw new CliError('The app of bench/rival did not start. The reason is in its output above.')
}

async function addAccounts(databaseUrl: string, first: number, count: number) {
  const pool = new Pool({ connectionString: databaseUrl })
  await (await getMigrations(optionsFor(pool))).runMigrations()
  await pool.end()
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  const [before = '', after = ''] = emailOf('|').split('|')
  await sql`
    insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    select 'id' || n, 'Bench ' || n, ${before} || n || ${after}, false, now(), now()
    from generate_series(${first}::int, ${first + count - 1}::int) n`
  await sql`analyze`
  await sql.end()
}

/** Builds the app when its files, or the packages of this folder, are not those of its last build. */
async function buildIfStale() {
  const digest = createHash('sha256')
  for (const folder of [FOLDER, import.meta.dirname, ROOT]) {
    const files = (await fs.readdir(folder, { recursive: folder === FOLDER })).filter((name) =>
      folder === FOLDER ? !name.startsWith('.next') : name === 'package-lock.json',
    )
    for (const name of files.sort()) digest.update(await fs.readFile(path.join(folder, name)).catch(() => name))
  }
  const stamp = path.join(FOLDER, '.next', 'built-from')
  const wanted = digest.digest('hex')
  if ((await fs.readFile(stamp, 'utf8').catch(() => '')) === wanted) return
  console.log('Building the app that is measured beside Latchkey…')
  const { ok, output } = await runNext(['build', FOLDER], { env: { NODE_ENV: 'production' } })
  if (!ok) {
    process.stdout.write(output)
    throw new CliError('The build of bench/rival failed. The reason is in its output above.')
  }
  await fs.writeFile(stamp, wanted)
}
