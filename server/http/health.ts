import journal from '@/drizzle/meta/_journal.json'
import { runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { log } from '@/server/observability/log'
import { sharedDatabase } from '@/server/runtime'

const answer = (status: number, text: string) =>
  new Response(`${text}\n`, { status, headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' } })

/** `GET /healthz`: 200 as long as the process is alive. */
export const healthz = (): Response => answer(200, 'ok')

const MIGRATIONS = journal.entries.map(({ when }) => when)

/**
 * `GET /readyz`: 200 if the database can be reached and has every migration of this build, otherwise 503. A database that a
 * newer version has migrated has more.
 */
export async function readyz(): Promise<Response> {
  try {
    const [row] = await runStatement<{ applied: number }>(
      sharedDatabase(),
      sql`select count(*)::int as applied from latchkey.migrations where created_at in (${sql.join(MIGRATIONS, ', ')})`,
    )
    if ((row?.applied ?? 0) < MIGRATIONS.length) return answer(503, 'migrations are missing')
    return answer(200, 'ready')
  } catch (error) {
    log().error({ err: error }, 'the database cannot be reached')
    return answer(503, 'the database cannot be reached')
  }
}
