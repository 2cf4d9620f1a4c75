import { type SQL, sql } from 'drizzle-orm'
import { instantParam } from '@/server/db/client'
import { LIMITS, type Limit, type LimitedAction } from './limits'

/** What one request is counted under. The identifier is a keyed digest, never what was typed. */
export interface LimitSubjects {
  address: string
  identifierDigest?: Buffer
  now: Date
  scale: number
}

/** A row that many clients raise at once is a queue; large budgets are split over this many rows at most. */
const MAX_SLOTS = 16
const BUDGET_PER_SLOT = 1_000

/** The scale is for load tests from one machine; it never gives one account more guesses. */
const SCALED: ReadonlySet<LimitSubject> = new Set(['address', 'global'])

interface Bucket {
  name: string
  budget: number
  windowSeconds: number
  /** A cooldown is told apart: it is no abuse, and what follows from it is the caller's to say. */
  cooldown: boolean
}

function bucketOf(action: LimitedAction, limit: Limit, subjects: LimitSubjects): Bucket {
  const identifier = subjects.identifierDigest?.toString('base64url') ?? ''
  const value = { address: subjects.address, identifier, pair: `${identifier} ${subjects.address}`, global: '' }[
    limit.subject
  ]
  const budget = Math.ceil(SCALED.has(limit.subject) ? limit.budget * subjects.scale : limit.budget)
  const slots = Math.min(MAX_SLOTS, Math.max(1, Math.floor(budget / BUDGET_PER_SLOT)))
  const slot = slots > 1 ? ` ${Math.floor(Math.random() * slots)}` : ''
  return {
    name: `${action} ${limit.subject} ${value}${slot}`.trimEnd(),
    budget: Math.ceil(budget / slots),
    windowSeconds: limit.windowSeconds,
    cooldown: false,
  }
}

/**
 * The counting part of a statement: CTEs that raise every counter of an action, and `refused`, whose one row
 * holds `retry_after` in seconds, or null where every budget holds, and `cooling`, the seconds left of
 * `cooldownSeconds` since the identifier was last counted, or null.
 * Rows are locked in the order of their names, so two statements never wait for each other.
 */
export function counting(action: LimitedAction, subjects: LimitSubjects, cooldownSeconds = 0): SQL {
  const now = instantParam(subjects.now)
  const buckets = LIMITS[action].map((limit) => bucketOf(action, limit, subjects))
  if (cooldownSeconds > 0 && subjects.identifierDigest) {
    const name = `cooldown identifier ${subjects.identifierDigest.toString('base64url')}`
    buckets.push({ name, budget: 1, windowSeconds: cooldownSeconds, cooldown: true })
  }
  buckets.sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = sql.join(
    buckets.map(
      (bucket) =>
        sql`(${bucket.name}::text, ${bucket.budget}::int, ${bucket.windowSeconds}::int, ${bucket.cooldown}::boolean)`,
    ),
    sql`, `,
  )
  return sql`
    budgets (bucket, budget, seconds, cooldown) as (values ${rows}),
    counted as (
      insert into rate_limits as held (bucket, count, expires_at)
      select bucket, 1, ${now} + make_interval(secs => seconds) from budgets
      on conflict (bucket) do update set
        count = case when held.expires_at <= ${now} then 1 else held.count + 1 end,
        expires_at = case when held.expires_at <= ${now} then excluded.expires_at else held.expires_at end
      returning bucket, count, expires_at
    ),
    refused as (
      select ceil(extract(epoch from max(expires_at) filter (where not cooldown) - ${now}))::int as retry_after,
        ceil(extract(epoch from max(expires_at) filter (where cooldown) - ${now}))::int as cooling
      from counted join budgets using (bucket)
      where counted.count > budgets.budget
    )`
}
