import type { Requester } from '@/server/core/context'
import { type PausableSecret, pauseOf } from '@/server/core/pauses'
import { instantParam } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import { LIMITS, type Limit, type LimitedAction, type LimitSubject, NETWORK_FACTORS, NEVER_PAUSED } from './limits'

/** What one request is counted under. The identifier is a keyed digest, never the typed text. */
export interface LimitSubjects {
  networks: Requester['networks']
  identifierDigest?: Buffer
  now: Date
  /** Multiplies the budgets of networks and of all requests together. */
  scale: number
  /** The kind of secret that the call presents, if it does. */
  secret?: PausableSecret
}

/** The row of the `result` step, in whole seconds. */
export interface LimitResult {
  /** How long to wait, or null when no limit is exceeded. */
  retryAfterSeconds: number | null
  /** How long the identifier is still cooling down, or null when it is not. */
  cooldownSecondsLeft: number | null
  /** All requests together exceed a budget. The call is only refused if `retryAfterSeconds` is set. */
  isAlarm: boolean
  /** The name of the network whose budget is used up, and when its window ends; otherwise null. */
  refusedNetwork: string | null
  refusedUntil: Date | null
  /** What an operator has paused, if that refuses the call. Nothing is counted then. */
  pausedBy: Pause | null
}

/** The counting part of a statement, and what later steps need of it. */
export interface LimitCheck {
  steps: Step[]
  /** One row: a `LimitResult`. */
  result: Step
  /** A condition on `result`: no limit is exceeded, and nothing is paused. */
  passed: SQL
  /** A condition on `result`: the identifier is not cooling down. */
  cooledDown: SQL
}

/** Concurrent updates of one row wait for each other, so a budget of many calls a second is split over several rows. */
const MAX_SLOTS = 16
const CALLS_PER_SECOND_OF_SLOT = 16
const CALLS_PER_SLOT_OF_ALARM = 300

/** The largest value of the columns. */
const MAX_BUDGET = 2 ** 31 - 1

/** 0: counts of this requester alone. 1: counts shared with other requesters. 2: the cooldown. */
type Stage = 0 | 1 | 2

interface Bucket {
  name: string
  stage: Stage
  budget: number
  windowSeconds: number
  /** What follows when the budget is exceeded. The cooldown is reported apart: the caller decides what follows from it. */
  effect: 'refuse' | 'alarm' | 'refuse-and-alarm' | 'cooldown'
  /** The name of the network that the bucket counts. */
  network?: string
}

/**
 * Counts one call of an action.
 *
 * Counters are raised in stages. A network that exceeds its own budget raises no shared counter, so it
 * cannot use up the global one. A network whose budget is already used up raises no counter at all, so
 * it cannot use up the budget of a wider network, and refused calls write nothing. (Calls that run at the same time as
 * the last allowed one are not seen by it: they are refused, but counted.)
 * Lock order: by stage, then by name, so two calls cannot deadlock.
 *
 * @param cooldownSeconds how long the identifier cools down after it was counted; 0 for no cooldown
 */
export function countLimits(action: LimitedAction, subjects: LimitSubjects, cooldownSeconds = 0): LimitCheck {
  const buckets = LIMITS[action].flatMap((limit) => bucketsOf(action, limit, subjects))
  if (cooldownSeconds > 0 && subjects.identifierDigest)
    buckets.push(cooldownBucket(subjects.identifierDigest, cooldownSeconds))
  buckets.sort((a, b) => a.stage - b.stage || (a.name < b.name ? -1 : 1))

  const pause = step('pause', NEVER_PAUSED.has(action) ? sql`select null::text as what` : pauseOf(subjects.secret))
  const budgets = listBudgets(buckets, pause, subjects.now)
  const counts: Step[] = []
  for (const stage of new Set(buckets.map((bucket) => bucket.stage)))
    counts.push(raiseCounters(stage, budgets, counts.at(-1), subjects.now))
  const result = compareCounts(budgets, counts, pause, subjects.now)
  return {
    steps: [pause, budgets, ...counts, result],
    result,
    passed: sql`(${result}."retryAfterSeconds" is null and ${result}."pausedBy" is null)`,
    cooledDown: sql`${result}."cooldownSecondsLeft" is null`,
  }
}

/**
 * How many rows a budget is split over. An alarm counts calls that nothing refuses, which may be far more than its
 * budget: it is split as much as its budget allows.
 */
const slotsOf = (limit: Limit, budget: number) => {
  const slots = limit.alarm ? budget / CALLS_PER_SLOT_OF_ALARM : budget / limit.windowSeconds / CALLS_PER_SECOND_OF_SLOT
  return Math.min(MAX_SLOTS, Math.max(1, Math.floor(slots)))
}

const bucketName = (action: LimitedAction, subject: LimitSubject, value: string, slots: number, slot: number) =>
  `${action} ${subject} ${value}${slots > 1 ? ` ${slot}` : ''}`.trimEnd()

/**
 * Takes one call off the count of an action's alarm, because it turned out to be no cause for one.
 * @param where a condition: only then
 */
export function takeOffAlarm(action: LimitedAction, where: SQL): Step {
  const slots = Array.from({ length: MAX_SLOTS }, (_, slot) => bucketName(action, 'global', '', MAX_SLOTS, slot))
  const names = [bucketName(action, 'global', '', 1, 0), ...slots]
  return step(
    'taken_off_alarm',
    sql`update latchkey.rate_limits set count = count - 1 where bucket = (
      select bucket from latchkey.rate_limits
      where bucket in (select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb)) and count > 1 and ${where}
      order by count desc limit 1 for update skip locked)`,
  )
}

/** The counters of one limit: one for each network of the requester, and one for any other subject. */
function bucketsOf(action: LimitedAction, limit: Limit, subjects: LimitSubjects): Bucket[] {
  const { networks, scale } = subjects
  const bucket = (stage: Stage, value: string, budget = limit.budget): Bucket => {
    const slots = slotsOf(limit, budget)
    return {
      name: bucketName(action, limit.subject, value, slots, Math.floor(Math.random() * slots)),
      stage,
      budget: Math.min(MAX_BUDGET, Math.ceil(budget / slots)),
      windowSeconds: limit.windowSeconds,
      effect: limit.alarm ? 'alarm' : 'refuse',
    }
  }
  // The scale is for networks with many users, and for load tests.
  switch (limit.subject) {
    case 'network':
      return networks.map(({ name, width }) => ({
        ...bucket(0, name, limit.budget * NETWORK_FACTORS[width] * scale),
        network: name,
      }))
    case 'global':
      // A trusted back end has its own budget, and must not be refused because of strangers.
      if (networks[0].width === 'service-key' && !limit.alarm) return []
      return [{ ...bucket(1, '', limit.budget * scale), effect: limit.alarm ? 'alarm' : 'refuse-and-alarm' }]
  }
}

const cooldownBucket = (identifierDigest: Buffer, windowSeconds: number): Bucket => ({
  name: `cooldown identifier ${identifierDigest.toString('base64url')}`,
  stage: 2,
  budget: 1,
  windowSeconds,
  effect: 'cooldown',
})

/**
 * The counters to raise, each with its budget and window, and until when the budget of a network is used up already.
 * None while the call is paused.
 */
function listBudgets(buckets: Bucket[], pause: Step, at: Date): Step {
  const rows = buckets.map(
    ({ name, stage, budget, windowSeconds, effect, network = null }) =>
      sql`(${name}::text, ${stage}::int, ${budget}::int, ${windowSeconds}::int, ${effect}::text, ${network}::text)`,
  )
  return step(
    'budgets',
    sql`select b.*, case when network is not null then
      (select expires_at from latchkey.rate_limits r
      where r.bucket = b.bucket and r.count >= b.budget and r.expires_at > ${instantParam(at)}) end as used_up_until
    from (values ${sql.join(rows, ', ')}) as b(bucket, stage, budget, seconds, effect, network)
    where (select what from ${pause}) is null`,
  )
}

/**
 * Raises the counters of one stage, if the stage before it was raised and exceeded no budget. The first stage is raised if
 * no network's budget is used up already. Starts a new window where one is over.
 */
function raiseCounters(stage: Stage, budgets: Step, before: Step | undefined, at: Date): Step {
  const now = instantParam(at)
  const isWithin = before
    ? sql`select bool_and(count <= budget or effect = 'alarm') from ${before} join ${budgets} using (bucket)`
    : sql`select bool_and(used_up_until is null) from ${budgets}`
  return step(
    `counts_of_stage_${stage}`,
    sql`insert into latchkey.rate_limits as counter (bucket, count, expires_at)
    select bucket, 1, ${now} + make_interval(secs => seconds) from ${budgets} where stage = ${stage} and (${isWithin})
    on conflict (bucket) do update set
      count = case when counter.expires_at <= ${now} then 1 else counter.count + 1 end,
      expires_at = case when counter.expires_at <= ${now} then excluded.expires_at else counter.expires_at end
    returning bucket, count, expires_at`,
  )
}

/**
 * One row, the `LimitResult`. When a network's budget is exceeded, only that is reported, so that the process can repeat
 * the answer from memory. Otherwise it is the longest wait.
 */
function compareCounts(budgets: Step, counts: Step[], pause: Step, at: Date): Step {
  const secondsUntil = (until: SQL) => sql`ceil(extract(epoch from ${until} - ${instantParam(at)}))::int`
  const all = counts.map((each) => sql`select * from ${each}`)
  return step(
    'limit_check',
    sql`select ${secondsUntil(sql`coalesce(max(until) filter (where network is not null), max(until) filter (where effect like 'refuse%'))`)}
        as "retryAfterSeconds",
      ${secondsUntil(sql`max(until) filter (where effect = 'cooldown')`)} as "cooldownSecondsLeft",
      coalesce(bool_or(effect like '%alarm'), false) as "isAlarm",
      (array_agg(network order by until desc) filter (where network is not null))[1] as "refusedNetwork",
      max(until) filter (where network is not null) as "refusedUntil",
      (select what from ${pause}) as "pausedBy"
    from (
      select effect, network, used_up_until as until from ${budgets} where used_up_until is not null
      union all
      select effect, network, expires_at from (${sql.join(all, ' union all ')}) counted join ${budgets} using (bucket)
      where count > budget
    ) exceeded`,
  )
}
