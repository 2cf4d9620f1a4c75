import { type SQL, sql } from 'drizzle-orm'
import { matchesIdentifier } from '@/server/accounts/find-account'
import type { RecoveryPolicy } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { identifierDigestOf, type SecretRing } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'

type Disclosure = RecoveryPolicy['disclosure']

/**
 * Code entry is blocked after three wrong codes: for one minute, then twice as long each time, up to a day.
 * Counted per account whatever was typed for it, so a new code, name, browser, address or contract gives no
 * new tries; an account that does not exist is blocked alike. Links are never touched.
 */
export const TRIES = 3
export const FIRST_BLOCK_SECONDS = 60
export const LONGEST_BLOCK_SECONDS = 86_400

/** Under the oldest secret: a rotation must not free those who do not exist while accounts stay blocked. */
export const lockoutDigestOf = (secrets: SecretRing, identifier: Identifier): Buffer =>
  identifierDigestOf(secrets.at(-1) as string, identifier)

/**
 * CTEs: `account`, the row of the account if there is one; `owned (name)`, whom its tries are counted for, one
 * for address and username alike; `shown (name)`, whose count a stranger is told. Under `reveal` that is the
 * account's. Under `conceal` it is what was typed: a count that two names share would say that they are one
 * person, and exist.
 */
export function lockoutSubjects(identifier: Identifier, digest: Buffer, disclosure: Disclosure): SQL {
  const typed = digest.toString('base64url')
  return sql`
    account as (
      select * from users where ${matchesIdentifier(identifier)} and deactivated_at is null
    ),
    owned (name) as (
      select coalesce((select 'account ' || id from account), ${`nobody ${typed}`}::text)
    ),
    shown (name) as (
      select ${disclosure === 'reveal' ? sql`name` : sql`${`typed ${typed}`}::text`} from owned
    )`
}

/**
 * CTEs that count a try before anything is compared. `told` is what the one who tries may know: `admitted`,
 * `tries` (which of its round this is) and `blocked_until`. `compared` says whether the account's own count
 * lets the code be compared. Concurrent tries queue for the rows, so no more than three ever are in a round.
 */
export function countingTry(tryId: string, now: Date, disclosure: Disclosure): SQL {
  const counted = (from: SQL) => sql`
    insert into code_lockouts as held (subject, tries, last_try_id, updated_at)
    ${from}
    on conflict (subject) do update set ${raisedBy(now)}
    returning subject, tries, blocked_until, last_try_id = ${tryId}::uuid as admitted`
  const at = instantParam(now)
  const told = counted(sql`select name, 1, ${tryId}::uuid, ${at} from shown, refused where retry_after is null`)
  if (disclosure === 'reveal') return sql`told as (${told}), compared as (select admitted as allowed from told)`
  // A try that its own count turns away does not touch the account's.
  const own = counted(sql`select name, 1, ${tryId}::uuid, ${at} from owned, told where told.admitted`)
  return sql`told as (${told}), own as (${own}), compared as (select admitted as allowed from own)`
}

/** How a try raises a row: only while it is open; the third of a round closes it, twice as long each time. */
function raisedBy(now: Date): SQL {
  const at = instantParam(now)
  const open = sql`(held.blocked_until is null or held.blocked_until <= ${at})`
  const lastOfRound = sql`(${open} and held.tries % ${TRIES} = ${TRIES - 1})`
  return sql`
    tries = case when ${open} then held.tries % ${TRIES} + 1 else held.tries end,
    blocks = case when ${lastOfRound} then held.blocks + 1 else held.blocks end,
    blocked_until = case when ${lastOfRound}
      then ${at} + make_interval(secs => least(${FIRST_BLOCK_SECONDS} * 2 ^ least(held.blocks, 30), ${LONGEST_BLOCK_SECONDS}))
      else held.blocked_until end,
    last_try_id = case when ${open} then excluded.last_try_id else held.last_try_id end,
    updated_at = ${at}`
}
