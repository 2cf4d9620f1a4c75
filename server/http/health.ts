import { sql } from 'drizzle-orm'
import journal from '@/drizzle/meta/_journal.json'
import { runStatement } from '@/server/db/client'
import { log } from '@/server/observability/log'
import { sharedDatabase } from '@/server/runtime'

const answer = (status: number, text: string) =>
  new Response(`${text}\n`, { status, headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' } })

/** Says that the process lives. */
export const healthz = (): Response => answer(200, 'ok')

/** Says that the process can serve: the database is reached and holds every migration of this build. */
export async function readyz(): Promise<Response> {
  try {
    const [row] = await runStatement<{ applied: number }>(
      sharedDatabase(),
      sql`select count(*)::int as applied from drizzle.__drizzle_migrations`,
    )
    if ((row?.applied ?? 0) < journal.entries.length) return answer(503, 'migrations are missing')
    return answer(200, 'ready')
  } catch (error) {
    log().error({ err: error }, 'not ready')
    return answer(503, 'the database cannot be reached')
  }
}
