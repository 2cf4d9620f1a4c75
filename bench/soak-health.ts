import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'

/** What the database says about itself. */
export async function readHealth(sql: Sql) {
  const [row] = await sql<{ connections: number; bytes: string; dead: string }[]>`
    select
      (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
      (select sum(pg_total_relation_size(relid)) from pg_stat_user_tables where schemaname = 'latchkey') as bytes,
      (select sum(n_dead_tup) from pg_stat_user_tables where schemaname = 'latchkey') as dead`
  return {
    connections: row?.connections ?? 0,
    tablesMb: Math.round(Number(row?.bytes) / 1e6),
    deadRows: Number(row?.dead),
  }
}

const DRAIN_MS = 120_000

/** Waits until the queues are empty. Returns what failed, or is still in a queue. */
export async function countFailures(sql: Sql): Promise<string[]> {
  const count = () => sql<{ what: string; n: number }[]>`
    select 'email ' || status as what, count(*)::int as n from latchkey.mail_outbox
    where status in ('queued', 'sending', 'failed') group by status
    union all
    select 'event ' || status, count(*)::int from latchkey.event_outbox
    where status in ('queued', 'failed') group by status`
  let rows = await count()
  for (const end = Date.now() + DRAIN_MS; rows.length > 0 && Date.now() < end; rows = await count()) await sleep(500)
  return rows.map(({ what, n }) => `${n} × ${what}`)
}
