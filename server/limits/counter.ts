import { type SQL, sql } from 'drizzle-orm'
import { instantParam } from '@/server/db/client'
import { type Step, step } from '@/server/db/statement'
import { LIMITS, type Limit, type LimitedAction, type LimitSubject } from './limits'

/** What one request is counted under. The identifier is a keyed digest, never the typed text. */
export interface LimitSubjects {
  address: string
  identifierDigest?: Buffer
  now: Date
  /** Multiplies the budgets of addresses and of all requests together. */
  scale: number
}

/** The row of the `result` step, in whole seconds. */
export interface LimitResult {
  /** How long to wait, or null when no limit is exceeded. */
  retryAfterSeconds: number | null
  /** How long the identifier is still cooling down, or null when it is not. */
  cooldownSecondsLeft: number | null
  /** A budget with an alarm is exceeded. The call is not refused for it. */
  isAlarm: boolean
}

/** The counting part of a statement, and what later steps need of it. */
export interface LimitCheck {
  steps: Step[]
  /** One row: a `LimitResult`. */
  result: Step
  /** A condition on `result`: no limit is exceeded. */
  passed: SQL
  /** A condition on `result`: the identifier is not cooling down. */
  cooledDown: SQL
}

/** Concurrent updates of one row wait for each other, so a large budget is split over at most this many rows. */
const MAX_SLOTS = 16
const BUDGET_PER_SLOT = 1_000

/** The scale is for load tests from one machine. It never allows more guesses at one account. */
const SCALED: ReadonlySet<LimitSubject> = new Set(['address', 'global'])

/** Subjects that only this requester can use up. */
const UNSHARED: ReadonlySet<LimitSubject> = new Set(['address', 'pair'])

/** 0: counts of this requester alone. 1: counts shared with other requesters. 2: the cooldown. */
type Stage = 0 | 1 | 2

interface Bucket {
  name: string
  stage: Stage
  budget: number
  windowSeconds: number
  /** What follows when the budget is exceeded. The cooldown is reported apart: the caller decides what follows from it. */
  effect: 'refuse' | 'alarm' | 'cooldown'
}

/**
 * Counts one call of an action.
 *
 * Counters are raised in stages. An address that exceeds its own budget raises no shared counter, so it can use up
 * neither an account's budget nor the global one. Lock order: by stage, then by name, so two calls cannot deadlock.
 *
 * @param cooldownSeconds how long the identifier cools down after it was counted; 0 for no cooldown
 */
export function countLimits(action: LimitedAction, subjects: LimitSubjects, cooldownSeconds = 0): LimitCheck {
  const buckets = LIMITS[action].map((limit) => bucketOf(action, limit, subjects))
  if (cooldownSeconds > 0 && subjects.identifierDigest)
    buckets.push(cooldownBucket(subjects.identifierDigest, cooldownSeconds))
  buckets.sort((a, b) => a.stage - b.stage || (a.name < b.name ? -1 : 1))

  const budgets = listBudgets(buckets)
  const counts: Step[] = []
  for (const stage of new Set(buckets.map((bucket) => bucket.stage)))
    counts.push(raiseCounters(stage, budgets, counts, subjects.now))
  const result = compareCounts(budgets, counts, subjects.now)
  return {
    steps: [budgets, ...counts, result],
    result,
    passed: sql`${result}."retryAfterSeconds" is null`,
    cooledDown: sql`${result}."cooldownSecondsLeft" is null`,
  }
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
    stage: UNSHARED.has(limit.subject) ? 0 : 1,
    budget: Math.ceil(budget / slots),
    windowSeconds: limit.windowSeconds,
    effect: limit.alarm ? 'alarm' : 'refuse',
  }
}

const cooldownBucket = (identifierDigest: Buffer, windowSeconds: number): Bucket => ({
  name: `cooldown identifier ${identifierDigest.toString('base64url')}`,
  stage: 2,
  budget: 1,
  windowSeconds,
  effect: 'cooldown',
})

/** The counters to raise, each with its budget and window. */
function listBudgets(buckets: Bucket[]): Step {
  const rows = buckets.map(
    ({ name, stage, budget, windowSeconds, effect }) =>
      sql`(${name}::text, ${stage}::int, ${budget}::int, ${windowSeconds}::int, ${effect}::text)`,
  )
  return step(
    'budgets',
    sql`select * from (values ${sql.join(rows, sql`, `)}) as b(bucket, stage, budget, seconds, effect)`,
  )
}

/** Raises the counters of one stage, unless an earlier stage exceeded a budget. Starts a new window where one is over. */
function raiseCounters(stage: Stage, budgets: Step, earlier: Step[], at: Date): Step {
  const now = instantParam(at)
  const withinEarlier = earlier.map(
    (counts) =>
      sql`and not exists (select from ${counts} join ${budgets} using (bucket) where count > budget and effect <> 'alarm')`,
  )
  return step(
    `counts_of_stage_${stage}`,
    sql`insert into latchkey.rate_limits as counter (bucket, count, expires_at)
    select bucket, 1, ${now} + make_interval(secs => seconds) from ${budgets}
    where stage = ${stage} ${sql.join(withinEarlier, sql` `)}
    on conflict (bucket) do update set
      count = case when counter.expires_at <= ${now} then 1 else counter.count + 1 end,
      expires_at = case when counter.expires_at <= ${now} then excluded.expires_at else counter.expires_at end
    returning bucket, count, expires_at`,
  )
}

/** One row: the longest wait for a budget that is exceeded, what is left of the cooldown, and whether to raise an alarm. */
function compareCounts(budgets: Step, counts: Step[], at: Date): Step {
  const now = instantParam(at)
  const all = counts.map((each) => sql`select * from ${each}`)
  return step(
    'limit_check',
    sql`select ceil(extract(epoch from max(expires_at) filter (where effect = 'refuse') - ${now}))::int as "retryAfterSeconds",
      ceil(extract(epoch from max(expires_at) filter (where effect = 'cooldown') - ${now}))::int as "cooldownSecondsLeft",
      coalesce(bool_or(effect = 'alarm'), false) as "isAlarm"
    from (${sql.join(all, sql` union all `)}) counted join ${budgets} using (bucket)
    where count > budget`,
  )
}
