import { type SQL, sql } from 'drizzle-orm'
import { instantParam } from '@/server/db/client'
import { LIMITS, type Limit, type LimitedAction, type LimitSubject } from './limits'

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

/** What a requester can use up for nobody else. */
const OWN: ReadonlySet<LimitSubject> = new Set(['address', 'pair'])

interface Bucket {
  name: string
  /** 0 for what is the requester's own, 1 for what is shared with others, 2 for the cooldown. */
  stage: 0 | 1 | 2
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
    stage: OWN.has(limit.subject) ? 0 : 1,
    budget: Math.ceil(budget / slots),
    windowSeconds: limit.windowSeconds,
    cooldown: false,
  }
}

/**
 * The counting part of a statement: CTEs that raise the counters of an action, and `refused`, whose one row
 * holds `retry_after` in seconds, or null where every budget holds, and `cooling`, the seconds left of
 * `cooldownSeconds` since the identifier was last counted, or null.
 *
 * Counted in stages: an address that is over its own budget raises nothing that others share, so it can
 * neither use up an account's count nor everybody's. Rows are locked stage by stage, each in the order of
 * its names, so two statements never wait for each other.
 */
export function counting(action: LimitedAction, subjects: LimitSubjects, cooldownSeconds = 0): SQL {
  const now = instantParam(subjects.now)
  const buckets = LIMITS[action].map((limit) => bucketOf(action, limit, subjects))
  if (cooldownSeconds > 0 && subjects.identifierDigest) {
    const name = `cooldown identifier ${subjects.identifierDigest.toString('base64url')}`
    buckets.push({ name, stage: 2, budget: 1, windowSeconds: cooldownSeconds, cooldown: true })
  }
  buckets.sort((a, b) => a.stage - b.stage || (a.name < b.name ? -1 : 1))
  const rows = buckets.map(
    ({ name, stage, budget, windowSeconds, cooldown }) =>
      sql`(${name}::text, ${stage}::int, ${budget}::int, ${windowSeconds}::int, ${cooldown}::boolean)`,
  )
  const stages = [...new Set(buckets.map(({ stage }) => stage))]
  const countedOf = (stage: number) => sql.raw(`counted_${stage}`)
  const raised = stages.map((stage) => {
    const earlier = stages.filter((other) => other < stage)
    const held = earlier.map(
      (other) => sql`and not exists (select from ${countedOf(other)} join budgets using (bucket) where count > budget)`,
    )
    return sql`${countedOf(stage)} as (
      insert into rate_limits as held (bucket, count, expires_at)
      select bucket, 1, ${now} + make_interval(secs => seconds) from budgets
      where stage = ${stage} ${sql.join(held, sql` `)}
      on conflict (bucket) do update set
        count = case when held.expires_at <= ${now} then 1 else held.count + 1 end,
        expires_at = case when held.expires_at <= ${now} then excluded.expires_at else held.expires_at end
      returning bucket, count, expires_at
    )`
  })
  const all = stages.map((stage) => sql`select * from ${countedOf(stage)}`)
  return sql`
    budgets (bucket, stage, budget, seconds, cooldown) as (values ${sql.join(rows, sql`, `)}),
    ${sql.join(raised, sql`, `)},
    refused as (
      select ceil(extract(epoch from max(expires_at) filter (where not cooldown) - ${now}))::int as retry_after,
        ceil(extract(epoch from max(expires_at) filter (where cooldown) - ${now}))::int as cooling
      from (${sql.join(all, sql` union all `)}) counted join budgets using (bucket)
      where count > budget
    )`
}
