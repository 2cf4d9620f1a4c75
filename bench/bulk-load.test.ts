import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, expect, it } from 'vitest'
import { resetPassword } from '@/server/recovery/reset-password'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { emailOf, FIRST, linkToken, loadTables, mintLinks, removeLinks } from './bulk-load'

const { db, directUrl } = await createTestDatabase()
const client = postgres(directUrl, { max: 1, onnotice: () => {} })
afterAll(() => client.end())

const numbers = { first: FIRST, count: 1_000 }

const indexes = () =>
  client`select indexdef from pg_indexes where schemaname = 'latchkey' order by indexname`.then((rows) => [...rows])

it('loads accounts and old requests, and leaves the tables with the indexes that they had', async () => {
  const before = await indexes()
  await loadTables(directUrl, numbers)
  expect(await indexes()).toEqual(before)
  const [counts] = await db.execute(sql`
    select (select count(*)::int from latchkey.users) as accounts, count(*)::int as requests,
      count(*) filter (where expires_at < now())::int as expired, count(distinct account_id)::int as owners
    from latchkey.password_reset_tokens`)
  expect(counts).toEqual({ accounts: 1_000, requests: 1_000, expired: 1_000, owners: 1_000 })
})

it('makes links that work, for accounts from all over their range, and removes those that were not used', async () => {
  const links = { first: FIRST + 5_000, count: 3 }
  await mintLinks(client, links, numbers)
  await mintLinks(client, { ...links, first: FIRST + 6_000 }, numbers) // supersedes them
  const owner = emailOf(FIRST + (7_919 % numbers.count))
  const fixture = createRecoveryFixture(db)
  const redeem = (n: number) =>
    resetPassword(
      { ...fixture.ctx(), now: new Date() },
      { secret: { kind: 'link', token: linkToken(n) }, password: 'plum river lantern 42' },
    )
  await expect(redeem(FIRST + 5_001)).rejects.toMatchObject({ code: 'link-superseded' })
  await redeem(FIRST + 6_001)
  const [account] = await db.execute(sql`select password_version as version from latchkey.users where email = ${owner}`)
  expect(account).toEqual({ version: 2 })
  await removeLinks(client, { ...links, first: FIRST + 6_000 })
  const [left] = await db.execute(
    sql`select count(*)::int as open from latchkey.password_reset_tokens where used_at is null and superseded_at is null`,
  )
  expect(left).toEqual({ open: 0 })
})
