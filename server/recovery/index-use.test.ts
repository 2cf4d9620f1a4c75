import { sql } from 'drizzle-orm'
import { afterAll, expect, it } from 'vitest'
import { emailOf, FIRST, loadTables } from '@/bench/bulk-load'
import { findAccount } from '@/server/accounts/find-account'
import { identifierSchema } from '@/server/core/schemas'
import { findSuppression } from '@/server/mail/suppressions'
import { ACCOUNTS_TABLE, FILL_ACCOUNTS, OTHER_PASSWORD } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase, openTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { issueLink } from './issue-link'
import { locateAccount } from './locate-account'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'
import { verifyCode } from './verify-code'

/** `npm run bench -- plans` sets it to ten million, and fills both tables with COPY. */
const GIVEN = Number(process.env.INDEX_USE_ACCOUNTS ?? 0)
const ACCOUNTS = GIVEN || (process.env.TEST_ALL ? 1_000_000 : 10_000)
const OLD_REQUESTS = 20_000
/** PostgreSQL decides after the fifth run of a prepared statement whether to keep a plan for all parameters. */
const ROUNDS = 8

/** Ten million take some minutes to load. */
const TIMEOUT_MS = GIVEN ? 3_600_000 : 240_000

const { directUrl } = await createTestDatabase()
// One connection, so that its prepared statements are used again, and its statistics are complete.
const { db, close } = openTestDatabase(directUrl, { maxConnections: 1, pooling: 'session' })
afterAll(close)

const TABLES = [ACCOUNTS_TABLE, 'latchkey.password_reset_tokens']

/** How often each large table was read from one end to the other. */
async function countScans(): Promise<Record<string, number>> {
  await db.execute(sql`select pg_stat_force_next_flush()`)
  const rows = await db.execute<{ name: string; scans: number }>(
    sql`select schemaname || '.' || relname as name, seq_scan::int as scans from pg_stat_user_tables`,
  )
  return Object.fromEntries(rows.filter(({ name }) => TABLES.includes(name)).map(({ name, scans }) => [name, scans]))
}

async function fillTables() {
  await db.execute(sql`set statement_timeout = 0`)
  for (const table of TABLES) await db.execute(sql.raw(`alter table ${table} set (autovacuum_enabled = false)`))
  if (GIVEN) return loadTables(directUrl, { first: FIRST, count: GIVEN })
  await db.$client.unsafe(FILL_ACCOUNTS, [ACCOUNTS])
  await db.execute(sql`
    insert into latchkey.password_reset_tokens
      (id, account_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at, superseded_at)
    select gen_random_uuid(), gen_random_uuid()::text, sha256(n::text::bytea), sha256(n::text::bytea), '',
      now() - interval '1 day', now(), now(), now()
    from generate_series(1, ${OLD_REQUESTS}::int) n`)
}

/** Recovers an account by link, secures it, and recovers it by code; looks up accounts that do not exist. */
async function recover() {
  const fixture = createRecoveryFixture(db)
  const revealing = createRecoveryFixture(db, { policy: { disclosure: 'reveal' } })
  const account = await fixture.account()
  const [identifier, username] = [identifierSchema.parse(account.email), identifierSchema.parse(account.username)]
  const emails = () => fixture.mailbox.to(account.email)
  await locateAccount(revealing.ctx(), { account: identifier })
  await refusalOf(locateAccount(revealing.ctx(), { account: identifierSchema.parse('nobody') }))
  await findAccount(fixture.ctx(), username)
  await findSuppression(fixture.ctx(), account.id)

  const others = GIVEN ? [`bench${FIRST + 77}`, emailOf(FIRST + 78)] : ['member77', 'member78@example.com']
  for (const typed of [account.email, account.username, 'nobody@example.com', 'nobody', ...others])
    await fixture.request(typed, otherClient())
  await fixture.deliver()
  const secret = { kind: 'link', token: tokenIn(emails()[0]) } as const
  await openLink(fixture.ctx(), secret)
  await openLink(fixture.ctx(), { ...secret, accountId: account.id })
  await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: 'malformed' }))
  for (let posts = 0; posts < 2; posts++) {
    await resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD, acceptRepeat: true })
  }
  await fixture.deliver()

  fixture.clock.advance(61)
  await secureAccount(fixture.ctx(), { token: tokenIn(emails().at(-1)) })
  await fixture.deliver()
  const code = codeIn(emails().at(-1))
  const enter = (code: string) => verifyCode(fixture.ctx(otherClient()), { account: identifier, code })
  await refusalOf(enter('wrong!'))
  await refusalOf(verifyCode(revealing.ctx(otherClient()), { account: username, code: 'wrong!' }))
  await revealing.request(account.username)
  const { grant } = await enter(code)
  await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password: 'back in my own hands' })
  await fixture.deliver()

  fixture.clock.advance(61)
  await issueLink(fixture.ctx(), { account: username, form: 'v1', appUrl: APP_URL })
}

it(
  `no step of a recovery reads all of ${ACCOUNTS} accounts, with statistics about them or without`,
  async () => {
    await fillTables()
    for (const statistics of ['without', 'with']) {
      // PostgreSQL has no statistics about an index on an expression that was just created.
      if (statistics === 'with') {
        for (const table of TABLES) await db.execute(sql.raw(`analyze ${table}`))
        await db.execute(sql`discard plans`)
      }
      const before = await countScans()
      expect(Object.keys(before).sort()).toEqual([...TABLES].sort())
      for (let round = 0; round < ROUNDS; round++) await recover()
      const [plans] = await db.execute<{ generic: number }>(
        sql`select count(*)::int as generic from pg_prepared_statements where generic_plans > 0`,
      )
      expect(plans?.generic).toBeGreaterThan(5)
      expect(await countScans(), `${statistics} statistics`).toEqual(before)
    }
    // A sequential scan does raise the count.
    const before = await countScans()
    await db.execute(sql`select count(full_name) from latchkey.accounts`)
    expect((await countScans())[ACCOUNTS_TABLE]).toBeGreaterThan(before[ACCOUNTS_TABLE] as number)
  },
  TIMEOUT_MS,
)
