import type { RecoveryContext } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { identifierDigestOf } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import type { LimitCheck } from '@/server/limits/counter'
import { SIGN_IN_GUESSES } from '@/server/limits/limits'
import type { KnownDevice } from './device-cookie'

/**
 * How often passwords of an account may be guessed. The budgets of the typed name are told: over them, the answer is
 * `too-many-requests`, also for a name that no account has. The account's own budgets decide whether a password is
 * compared at all, whichever name was typed. They are not told, because a count that two names share would reveal that
 * both belong to one account. A browser that has signed in to the account before has a budget of its own instead, so
 * that strangers cannot keep it out. Over that, it counts as any other browser.
 */
export interface CountedGuess {
  steps: Step[]
  /** SQL, seconds: how long the budgets of the typed name refuse the guess; null when they do not. */
  retryAfterSeconds: SQL
  /** SQL, boolean: the password may be compared. */
  isComparable: SQL
  /** SQL, boolean: the browser has signed in to the account before, and is within its own budget. */
  isKnownDevice: SQL
  /** SQL: the id of the browser's entry for the account; null when it has none that is valid. */
  deviceId: SQL
}

/**
 * Counts one guess. Each count is raised only if those before it admit the guess, so that one network uses up neither
 * the budget of a name nor that of an account. An unknown account raises the same number of counts. Lock order: the
 * device, the pairs by name, the typed name, the account; so two guesses cannot deadlock.
 * @param account a step with the `id` and `password_version` of the account with this name, or no row
 * @param devices what the browser's device cookie says
 */
export function countGuess(
  ctx: RecoveryContext,
  { name, account, devices }: { name: Identifier; account: Step; devices: KnownDevice[] },
  check: LimitCheck,
): CountedGuess {
  const digest = identifierDigestOf(ctx.secrets[0], name).toString('base64url')
  const owner = sql`coalesce((select id::text from ${account}), ${`nobody ${digest}`})`
  const network = ctx.requester.networks[0].name

  const entry = findEntry(account, devices)
  const device = raise(
    ctx,
    'device_guess',
    SIGN_IN_GUESSES.device,
    sql`select 'device ' || id from ${entry}, ${check.result} where ${check.passed}`,
  )
  const pairs = raise(
    ctx,
    'pair_guesses',
    SIGN_IN_GUESSES.pair,
    sql`select pair from ${check.result}, lateral (values ('account-pair ' || ${owner} || ${` ${network}`}), (${`typed-pair ${digest} ${network}`})) p(pair)
    where ${check.passed} and not ${isAdmitted(device)}`,
  )
  const typed = raise(
    ctx,
    'typed_guess',
    SIGN_IN_GUESSES.name,
    sql`select ${`typed ${digest}`} where ${isAdmitted(pairs, 'typed-pair')}`,
  )
  const decisive = raise(
    ctx,
    'account_guess',
    SIGN_IN_GUESSES.name,
    sql`select 'account ' || ${owner} where ${isAdmitted(typed)} and ${isAdmitted(pairs, 'account-pair')}`,
  )
  const told = sql`select expires_at from ${pairs} where not admitted and subject like 'typed-pair %'
    union all select expires_at from ${typed} where not admitted`
  return {
    steps: [entry, device, pairs, typed, decisive],
    retryAfterSeconds: sql`(select ceil(extract(epoch from max(expires_at) - ${instantParam(ctx.now)}))::int from (${told}) told)`,
    isComparable: sql`(${isAdmitted(device)} or ${isAdmitted(decisive)})`,
    isKnownDevice: isAdmitted(device),
    deviceId: sql`(select id from ${entry})`,
  }
}

/** The entry of the cookie that is for this account and its present password, if there is one. */
const findEntry = (account: Step, devices: KnownDevice[]): Step =>
  step(
    'cookie_entry',
    sql`select d.id from jsonb_to_recordset(${JSON.stringify(devices)}::jsonb) as d(id text, "accountId" uuid, "passwordVersion" bigint)
      join ${account} a on a.id = d."accountId" and a.password_version = d."passwordVersion"
    limit 1`,
  )

/** A condition: a count was raised, and is within its budget. */
const isAdmitted = (guess: Step, kind = ''): SQL =>
  sql`exists (select from ${guess} where admitted and subject like ${`${kind}%`})`

/** Raises the counts of the subjects that a query gives. Starts a new window where one is over. */
function raise(
  ctx: RecoveryContext,
  name: string,
  { budget, windowSeconds }: { budget: number; windowSeconds: number },
  subjects: SQL,
): Step {
  const now = instantParam(ctx.now)
  return step(
    name,
    sql`insert into latchkey.rate_limits as counter (bucket, count, expires_at)
    select 'sign-in ' || subject, 1, ${now} + make_interval(secs => ${windowSeconds}) from (${subjects}) s(subject) order by subject
    on conflict (bucket) do update set
      count = case when counter.expires_at <= ${now} then 1 else counter.count + 1 end,
      expires_at = case when counter.expires_at <= ${now} then excluded.expires_at else counter.expires_at end
    returning substr(bucket, ${'sign-in '.length + 1}) as subject, count <= ${budget} as admitted, expires_at`,
  )
}
