import { accountsOf } from '@/server/accounts/find-account'
import { type RecoveryContext, secondsUntil } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { identifierDigestOf } from '@/server/core/secrets'
import { foldCase } from '@/server/core/typed-input'
import { instantParam } from '@/server/db/client'
import { CODES_OFF_AFTER_BLOCKS } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import type { LimitCheck } from '@/server/limits/counter'
import { mayReveal } from './disclosure'

/**
 * Three wrong codes block code entry: first for one minute, then twice as long each time.
 * After thirty in a row, codes are off until a reset by link (SP 800-63B-4 §3.2.2 allows a hundred).
 * An account has one count, whichever name, email, browser, address or contract is used, so none of them gives
 * more tries. Accounts that do not exist are blocked in the same way. Links always keep working.
 */
export const TRIES = 3
const FIRST_BLOCK_SECONDS = 60

type LockoutContext = Pick<RecoveryContext, 'now' | 'policy' | 'secrets'>

/** The accounts with an identifier, and the subjects in `code_lockouts` that their tries are counted under. */
export interface LockoutSubjects {
  steps: Step[]
  /** The accounts' rows of `latchkey.accounts`. */
  accounts: Step
  /** The `subject` of each account, whose count decides whether its code is compared; one row if there is no account. */
  decisive: Step
  /** The `subject` whose count the requester is told: one row, or the rows of `decisive`. */
  visible: Step
}

/**
 * The visible count is the account's own under `reveal`. Under `conceal` it is that of the typed identifier: a
 * count shared by an email address and a username would reveal that both belong to one account, which exists.
 */
export function lockoutSubjects(ctx: LockoutContext, identifier: Identifier): LockoutSubjects {
  const accounts = step('accounts', accountsOf(identifier))
  const typed = digestForLockout(ctx, identifier)
  const decisive = step(
    'decisive_subject',
    sql`select 'account ' || id::text as subject from ${accounts}
    union all select ${`nobody ${typed}`}::text where not exists (select from ${accounts})`,
  )
  const visible = mayReveal(ctx)
    ? decisive
    : step('visible_subject', sql`select ${typedSubject(typed)}::text as subject`)
  return { steps: [...new Set([accounts, decisive, visible])], accounts, decisive, visible }
}

/** Under the oldest secret: after a rotation, blocks must not end for unknown identifiers but last for accounts. */
const digestForLockout = (ctx: LockoutContext, identifier: string): string =>
  identifierDigestOf(ctx.secrets.at(-1) as string, identifier).toString('base64url')

const typedSubject = (digest: string) => `typed ${digest}`

/** A counted try. */
export interface CountedTry {
  steps: Step[]
  /** At most one row: `admitted`, `tries` (its number in the round), `blocked_until`, `is_off`, as the requester is told. */
  visible: Step
  /** A row for each `subject`: `admitted`, whether its code may be compared, and `is_off`. */
  decisive: Step
}

/**
 * Counts a try before its code is compared. Concurrent tries wait for the row, so a round never admits more than
 * three. Lock order: the visible count, then the decisive one; `forgetTries` keeps it, so the two cannot deadlock.
 * @param tryId a new UUID
 */
export function countTry(ctx: LockoutContext, subjects: LockoutSubjects, check: LimitCheck, tryId: string): CountedTry {
  const source = sql`select s.subject from ${subjects.visible} s, ${check.result} where ${check.passed}`
  if (subjects.visible === subjects.decisive) {
    const decisive = step('decisive_try', raiseCount(ctx, tryId, source))
    const visible = mostLenient(decisive)
    return { steps: [decisive, visible], visible, decisive }
  }
  const visible = step('visible_try', raiseCount(ctx, tryId, source))
  // A try that the visible count does not admit is not counted against the account.
  const decisive = step(
    'decisive_try',
    raiseCount(ctx, tryId, sql`select s.subject from ${subjects.decisive} s, ${visible} where ${visible}.admitted`),
  )
  return { steps: [visible, decisive], visible, decisive }
}

/** What is told about the counts of several accounts with one address: a try counts as admitted if one admits it. */
const mostLenient = (decisive: Step): Step =>
  step(
    'visible_try',
    sql`select bool_or(admitted) as admitted, min(tries) as tries, min(blocked_until) as blocked_until, bool_and(is_off) as is_off
    from ${decisive}
    where admitted or not exists (select from ${decisive} where admitted)`,
  )

/** SQL: codes are off for the subject of a row of `code_lockouts`. */
export const isOff = (row: string): SQL => sql.raw(`${row}.blocks >= ${CODES_OFF_AFTER_BLOCKS}`)

/** SQL: codes are off for an account, by its id as text. */
export const areCodesOff = (accountId: SQL): SQL =>
  sql`exists (select from latchkey.code_lockouts l where l.subject = 'account ' || ${accountId} and ${isOff('l')})`

/** Raises the count of a subject while it is not blocked. The last try of a round blocks it. */
function raiseCount(ctx: LockoutContext, tryId: string, subject: SQL): SQL {
  const now = instantParam(ctx.now)
  const isOpen = sql`(not ${isOff('counted')} and (counted.blocked_until is null or counted.blocked_until <= ${now}))`
  const endsRound = sql`(${isOpen} and counted.tries % ${TRIES} = ${TRIES - 1})`
  return sql`insert into latchkey.code_lockouts as counted (subject, tries, last_try_id, updated_at)
    select subject, 1, ${tryId}::uuid, ${now} from (${subject}) counted_subject order by subject
    on conflict (subject) do update set
      tries = case when ${isOpen} then counted.tries % ${TRIES} + 1 else counted.tries end,
      blocks = case when ${endsRound} then counted.blocks + 1 else counted.blocks end,
      blocked_until = case when ${endsRound} then ${now} + ${nextBlock} else counted.blocked_until end,
      last_try_id = case when ${isOpen} then excluded.last_try_id else counted.last_try_id end,
      updated_at = ${now}
    returning subject, tries, blocked_until, ${isOff('counted')} as is_off, last_try_id = ${tryId}::uuid as admitted`
}

/** How long the next block of a row lasts. */
const nextBlock = sql`make_interval(secs => ${FIRST_BLOCK_SECONDS} * 2 ^ counted.blocks)`

/**
 * Steps that delete the counts of an account after a right code or a reset.
 * Lock order: the visible count, then the decisive one, as `countTry`; "typed" sorts after "account".
 * @param names what may have been typed for the account
 * @param accepted a query of the account's id, as text; without a row, nothing is deleted
 */
export function forgetTries(ctx: LockoutContext, names: string[], accepted: SQL): Step[] {
  const typed = names.filter(Boolean).map((name) => typedSubject(digestForLockout(ctx, foldCase(name))))
  const locked = step(
    'locked_counts',
    sql`select subject from latchkey.code_lockouts
    where subject in (
      select 'account ' || accepted.id from (${accepted}) accepted(id)
      union all select typed.subject from (${accepted}) accepted(id),
        jsonb_array_elements_text(${JSON.stringify(typed)}::jsonb) as typed(subject))
    order by subject desc for update`,
  )
  const deleted = step(
    'deleted_counts',
    sql`delete from latchkey.code_lockouts using ${locked} where code_lockouts.subject = ${locked}.subject`,
  )
  return [locked, deleted]
}

/** Whole seconds that a block still lasts; 0 without one. */
export const blockedSeconds = (ctx: Pick<RecoveryContext, 'now'>, blockedUntil: Date | null): number =>
  blockedUntil ? secondsUntil(ctx.now, blockedUntil) : 0
