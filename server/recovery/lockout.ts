import { type SQL, sql } from 'drizzle-orm'
import { matchesIdentifier } from '@/server/accounts/find-account'
import { instantParam } from '@/server/db/client'
import type { Identifier } from './schemas'

/**
 * Code entry is blocked after three wrong codes: for one minute, then twice as long each time, up to a day.
 * Counted per account whatever was typed for it, so a new code, browser, address or contract gives no new
 * tries; an account that does not exist is blocked alike. Links are never touched.
 */
export const TRIES = 3
export const FIRST_BLOCK_SECONDS = 60
export const LONGEST_BLOCK_SECONDS = 86_400

/** Two CTEs: `account`, the row of the account if there is one, and `subject (name)`, whom tries are counted for. */
export const lockoutSubject = (identifier: Identifier, digest: Buffer): SQL => sql`
    account as (
      select * from users where ${matchesIdentifier(identifier)} and deactivated_at is null
    ),
    subject (name) as (
      select coalesce((select 'account ' || id from account), ${`nobody ${digest.toString('base64url')}`}::text)
    )`

/**
 * One CTE, `tried`, that counts a try before anything is compared: `admitted` says whether this one may be
 * compared, `tries` which of its round it is, `blocked_until` how long a block lasts. Concurrent tries queue
 * for the row, so no more than three are ever admitted in a round.
 */
export function countingTry(tryId: string, now: Date): SQL {
  const at = instantParam(now)
  const open = sql`(held.blocked_until is null or held.blocked_until <= ${at})`
  const lastOfRound = sql`(${open} and held.tries % ${TRIES} = ${TRIES - 1})`
  return sql`
    tried as (
      insert into code_lockouts as held (subject, tries, last_try_id, updated_at)
      select name, 1, ${tryId}::uuid, ${at} from subject, refused where retry_after is null
      on conflict (subject) do update set
        tries = case when ${open} then held.tries % ${TRIES} + 1 else held.tries end,
        blocks = case when ${lastOfRound} then held.blocks + 1 else held.blocks end,
        blocked_until = case when ${lastOfRound}
          then ${at} + make_interval(secs => least(${FIRST_BLOCK_SECONDS} * 2 ^ least(held.blocks, 30), ${LONGEST_BLOCK_SECONDS}))
          else held.blocked_until end,
        last_try_id = case when ${open} then excluded.last_try_id else held.last_try_id end,
        updated_at = ${at}
      returning tries, blocked_until, last_try_id = ${tryId}::uuid as admitted
    )`
}
