import { randomBytes } from 'node:crypto'
import type postgres from 'postgres'
import { type HashPolicy, hashPassword, newFormatOf, verifyPassword } from '@/server/accounts/password-hash'
import { type Finding, fault, note, ok, reasonOf } from './finding'

/** A statement that waits for a lock this long gives up, so that a check never blocks an application. */
const LOCK_TIMEOUT = '2s'

/** Undoes everything that a check did. */
class Rollback extends Error {}

/** Changes the password of one account as a reset does, and undoes it. */
export async function checkRoundTrip(sql: postgres.Sql, policy: HashPolicy): Promise<Finding> {
  const password = randomBytes(24).toString('base64url')
  const passwordHash = await hashPassword(policy, password)
  let finding = note('a round trip was not tried: no active account has a password yet')
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
      const [account] = await tx`
        select a.id::text as id from latchkey.accounts a
        where a.active is not false and a.password_hash is not null limit 1 for no key update of a skip locked`
      if (account) {
        const stored = await changeOne(tx, account.id, passwordHash)
        if (typeof stored !== 'string') finding = stored
        else if (await verifyPassword(policy, stored, password))
          finding = ok('a round trip: a password was stored, read back and rolled back')
        else finding = NOT_STORED
      }
      throw new Rollback()
    })
  } catch (error) {
    if (!(error instanceof Rollback)) return fault(`a round trip failed (${reasonOf(error)})`, fixOf(error))
  }
  return finding
}

/** Says what to do about an error of one of the functions. */
function fixOf(error: unknown): string {
  const { code } = error as { code?: string }
  if (code === '42501') return 'Create both functions with: security definer set search_path = pg_catalog, pg_temp'
  if (code === '22001') return 'Make the column longer, or choose another PASSWORD_HASH'
  return 'Correct latchkey.set_password or latchkey.end_sessions'
}

const NOT_STORED = fault(
  'latchkey.accounts.password_hash does not show the password that latchkey.set_password has stored',
  'Let both use the same column',
)

/** Changes a password. Returns the hash that the view shows then, or the fault of a function. */
async function changeOne(tx: postgres.TransactionSql, id: string, passwordHash: string): Promise<string | Finding> {
  const [changed] = await tx`
    select latchkey.set_password(a.id, ${passwordHash}::text) as stored, latchkey.end_sessions(a.id) as ended
    from latchkey.accounts a where a.id = latchkey.account_id(${id})`
  if (!changed?.stored)
    return fault(
      'latchkey.set_password returns false for an account that exists',
      'Let it return true when it has changed the row of this id',
    )
  if (changed.ended === null || changed.ended < 0)
    return fault(`latchkey.end_sessions returns ${changed.ended}`, 'Let it return the number of sessions that it ended')
  const [after] = await tx`
    select a.password_hash as hash from latchkey.accounts a where a.id = latchkey.account_id(${id})`
  return after?.hash ?? NOT_STORED
}

/** Tells of accounts whose activation the view leaves open. Null counts as active, for applications without the column. */
export async function checkActive(sql: postgres.Sql): Promise<Finding[]> {
  const [row] = await sql<{ unknown: number; known: number }[]>`
    select count(*) filter (where active is null)::int as unknown, count(active)::int as known
    from (select active from latchkey.accounts limit ${SAMPLE}) a`
  if (!row?.unknown || row.known === 0) return []
  const text = `latchkey.accounts.active is null for ${row.unknown} of ${row.unknown + row.known} accounts, and null counts as active`
  return [fault(text, 'Let the view say true or false for each, for example with coalesce(…, false)')]
}

/** How many accounts are looked at. */
const SAMPLE = 200

/** Compares the formats of stored passwords with PASSWORD_HASH: the application must understand what Latchkey writes. */
export async function checkPasswordFormat(
  sql: postgres.Sql,
  passwordHash: HashPolicy['passwordHash'],
): Promise<Finding> {
  const rows = await sql<{ hash: string }[]>`
    select password_hash as hash from latchkey.accounts where password_hash is not null limit ${SAMPLE}`
  const named = rows.flatMap(({ hash }) => newFormatOf(hash) ?? [])
  const most = [...new Set(named)].sort((a, b) => countOf(named, b) - countOf(named, a))[0]
  if (named.includes(passwordHash))
    return ok(`the format of new passwords, ${passwordHash}, is one that your application uses`)
  if (most)
    return fault(
      `PASSWORD_HASH is ${passwordHash}, but the stored passwords are ${most}`,
      `Set PASSWORD_HASH=${most}, unless your application also accepts ${passwordHash}`,
    )
  if (rows.length === 0) return note('no stored password to compare PASSWORD_HASH with')
  return fault(
    'the format of the stored passwords is none that Latchkey writes',
    'See docs/passwords.md for the formats; your application must accept one of them',
  )
}

const countOf = (all: string[], one: string) => all.filter((each) => each === one).length
