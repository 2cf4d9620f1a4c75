import { hash as digest } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres, { type Sql, type TransactionSql } from 'postgres'

/**
 * Fills tables with COPY. The rows are made from their numbers alone, so that every run has the same. Numbers have ten
 * digits: a name has the same length whatever its number, and a load generator can write it.
 */

/** Where the numbers begin. */
export const FIRST = 1_000_000_000

/** The numbers `first`, `first + 1` and so on. */
export interface Numbers {
  first: number
  count: number
}

/** The address of an account. `n` has ten digits, or is what a load generator replaces with them. */
export const emailOf = (n: number | string) => `bench${n}@example.com`

/** 64 hexadecimal digits, spread like random ones. */
const digits = (text: string) => digest('sha256', text)

const uuidFrom = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`

const accountId = (n: number) => uuidFrom(digits(`account ${n}`))

/** Adds accounts with one password to Latchkey's own. */
export const loadAccounts = (sql: Sql, numbers: Numbers, passwordHash: string): Promise<void> =>
  copyRows(sql, 'latchkey.users (id, email, username, full_name, password_hash)', numbers, (n) => [
    accountId(n),
    emailOf(n),
    `bench${n}`,
    `Bench ${n}`,
    passwordHash,
  ])

const DAY_MS = 86_400_000

/**
 * Adds an old request for each of these accounts: its link has expired, and most were used. They are spread over the
 * days from `oldestDays` to `newestDays` before now.
 */
export function loadOldTokens(
  sql: Sql,
  { first, count }: Numbers,
  { oldestDays, newestDays }: { oldestDays: number; newestDays: number },
): Promise<void> {
  const columns =
    'id, account_id, seed, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at, used_at, superseded_at'
  const end = Date.now() - newestDays * DAY_MS
  const stepMs = ((oldestDays - newestDays) * DAY_MS) / count
  return copyRows(sql, `latchkey.password_reset_tokens (${columns})`, { first, count }, (n) => {
    const hex = digits(`token ${n}`)
    // Turned, one digest serves as several different ones.
    const turned = (by: number) => `\\\\x${hex.slice(by)}${hex.slice(0, by)}`
    const created = end - (first + count - n) * stepMs
    const at = (minutes: number) => new Date(created + minutes * 60_000).toISOString()
    const isUsed = n % 4 !== 0
    const ends = [isUsed ? at(3) : '\\N', isUsed ? '\\N' : at(30)]
    return [uuidFrom(hex), accountId(n), turned(8), turned(0), turned(16), turned(24), at(0), at(60), at(10), ...ends]
  })
}

async function copyRows(sql: Sql, target: string, { first, count }: Numbers, rowOf: (n: number) => string[]) {
  function* blocks() {
    let block = ''
    for (let n = first; n < first + count; n++) {
      block += `${rowOf(n).join('\t')}\n`
      if (block.length < 65_536) continue
      yield block
      block = ''
    }
    yield block
  }
  const connection = await sql.reserve()
  try {
    const writable = await connection.unsafe(`copy ${target} from stdin`).writable()
    await pipeline(Readable.from(blocks()), writable)
  } finally {
    connection.release()
  }
}

/** Loads an empty table without its indexes and keys, and creates them afterwards: this takes a fraction of the time. */
export async function withoutIndexes(sql: Sql, table: string, load: () => Promise<unknown>): Promise<void> {
  const keys = await sql<{ table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where contype in ('p', 'u') and conrelid = ${table}::regclass or contype = 'f' and confrelid = ${table}::regclass
    order by contype = 'f' desc`
  for (const { table, name } of keys) await sql.unsafe(`alter table ${table} drop constraint ${name}`)
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid = ${table}::regclass`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
  await load()
  for (const { definition } of indexes) await sql.unsafe(definition)
  for (const { table, name, definition } of keys.toReversed())
    await sql.unsafe(`alter table ${table} add constraint ${name} ${definition}`)
}

/** Fills the empty tables of accounts and of requests: an account with each number, and an old request of each. */
export async function loadTables(databaseUrl: string, numbers: Numbers, passwordHash = ''): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { statement_timeout: 0 } })
  try {
    await withoutIndexes(sql, 'latchkey.users', () => loadAccounts(sql, numbers, passwordHash))
    await withoutIndexes(sql, 'latchkey.password_reset_tokens', () =>
      loadOldTokens(sql, numbers, { oldestDays: 6, newestDays: 1 }),
    )
  } finally {
    await sql.end()
  }
}

const LINK_PREFIX = 'a-link-of-the-measurements------'

/** The token of a link that `mintLinks` made. `n` has ten digits, or is what a load generator replaces with them. */
export const linkToken = (n: number | string) => `${LINK_PREFIX}${n}A`

/**
 * Gives accounts a live link each, as the worker does. The links have the numbers from `first` on.
 * @param accounts the numbers of the accounts, at least `count`. They are taken from all over their range
 */
export async function mintLinks(
  sql: Sql,
  { first, count }: Numbers,
  accounts: Numbers = { first, count },
): Promise<void> {
  await byIndex(sql, async (tx) => {
    const owners = tx`
      select k, u.* from generate_series(0, ${count - 1}::int) k
      join latchkey.users u
        on lower(u.username collate "C") = 'bench' || (${accounts.first}::int + k::bigint * 7919 % ${accounts.count}::int)`
    await tx`
      update latchkey.password_reset_tokens t set superseded_at = now() from (${owners}) u
      where t.account_id = u.id::text and t.used_at is null and t.superseded_at is null`
    await tx`
      insert into latchkey.password_reset_tokens
        (id, account_id, seed, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
      select gen_random_uuid(), u.id, sha256(uuid_send(gen_random_uuid())),
        sha256(convert_to(${LINK_PREFIX} || (${first}::int + u.k) || 'A', 'UTF8')), sha256('none'),
        sha256(convert_to(concat_ws(E'\\x1f', u.email, coalesce(u.password_hash, ''), ''), 'UTF8')),
        now(), now() + interval '2 hours', now() + interval '10 minutes'
      from (${owners}) u`
  })
}

/** Runs statements without sequential scans, so that only those of the server are counted. */
async function byIndex(sql: Sql, work: (tx: TransactionSql) => Promise<unknown>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`
    await work(tx)
  })
}

/** Removes the links with these numbers that were not used. */
export async function removeLinks(sql: Sql, { first, count }: Numbers): Promise<void> {
  await byIndex(
    sql,
    (tx) => tx`
      delete from latchkey.password_reset_tokens t using generate_series(${first}::int, ${first + count - 1}::int) n
      where t.token_hash = sha256(convert_to(${LINK_PREFIX} || n || 'A', 'UTF8')) and t.used_at is null`,
  )
}
