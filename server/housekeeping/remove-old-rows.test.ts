import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { silent } from '@/server/observability/telemetry'
import { addTestAccount } from '@/server/testing/accounts'
import { createClock } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { createLogCapture } from '@/server/testing/log-capture'
import { ownAccounts } from '@/server/testing/own-accounts'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { createHousekeeping } from './housekeeping'
import { removeOldRows, removeSlice, SLICE_SIZE } from './remove-old-rows'
import { RETENTIONS, type Retention } from './retention'

const { db } = await createTestDatabase()
const clock = createClock()
const account = await addTestAccount(db)
/** Sessions belong to Latchkey's own accounts. Their table is empty in front of other accounts. */
const [user] = await ownAccounts.add(db, [{ email: 'ada@example.com', username: 'ada' }])

const TABLES = [...new Set(RETENTIONS.map((retention) => retention.table))]
beforeEach(
  async () => void (await db.execute(sql.raw(`truncate ${TABLES.map((table) => `latchkey.${table}`).join(', ')}`))),
)

const secondsAgo = (seconds: number) =>
  sql`${new Date(clock.now().getTime() - seconds * 1000).toISOString()}::timestamptz`
const bytes = () => sql`${randomBytes(32).toString('hex')}`

/** Inserts one row into a table. Its age counts from `at`. */
const INSERTS: Record<string, (at: ReturnType<typeof secondsAgo>, retention: Retention) => ReturnType<typeof sql>> = {
  rate_limits: (at) => sql`insert into latchkey.rate_limits values (${randomUUID()}, 1, ${at})`,
  mail_outbox: (at, { where }) => sql`
    insert into latchkey.mail_outbox (id, kind, request_id, status, recipient, due_at, created_at)
    values (${randomUUID()}, 'password-reset', 'r', ${/'(\w+)'/.exec(where ?? '')?.[1]}, 'a@example.com', ${at}, ${at})`,
  password_reset_tokens: (at) => sql`
    insert into latchkey.password_reset_tokens
      (id, account_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at, superseded_at)
    values (${randomUUID()}, ${account.id}, decode(${bytes()}, 'hex'), decode(${bytes()}, 'hex'), '', ${at} - interval '1 h', ${at}, ${at}, ${at})`,
  sessions: (at) => sql`
    insert into latchkey.sessions (user_id, token_hash, password_version, created_at, last_seen_at, expires_at)
    values (${user?.id}, decode(${bytes()}, 'hex'), 1, ${at} - interval '1 h', ${at}, ${at})`,
  password_changes: (at) =>
    sql`insert into latchkey.password_changes values (${randomUUID()}, ${randomUUID()}, ${at}, null)`,
  code_lockouts: (at, { where }) =>
    sql`insert into latchkey.code_lockouts
      values (${`${where?.startsWith('subject') ? 'typed' : 'account'} ${randomUUID()}`}, 1, 0, null, ${randomUUID()}, ${at})`,
  security_events: (at, { where }) => sql`
    insert into latchkey.security_events (account_id, kind, request_id, created_at)
    values (${where ? null : account.id}, 'signed-in', 'r', ${at})`,
  event_outbox: (at, { where }) => sql`
    insert into latchkey.event_outbox (type, account_id, request_id, status, due_at, created_at)
    values ('password.changed', ${account.id}, 'r', ${/'(\w+)'/.exec(where ?? '')?.[1]}, ${at}, ${at})`,
  mail_events: (at) =>
    sql`insert into latchkey.mail_events values (${randomUUID()}, 'p', 'delivered', true, null, ${at})`,
}

const add = (retention: Retention, ageSeconds: number) =>
  db.execute((INSERTS[retention.table] as NonNullable<(typeof INSERTS)[string]>)(secondsAgo(ageSeconds), retention))

const countOf = async (table: string) =>
  Number((await db.execute<{ n: string }>(sql.raw(`select count(*) as n from latchkey.${table}`)))[0]?.n)

const nameOf = ({ table, where = '' }: Retention) => `${table} ${where}`.trim()

describe.each(RETENTIONS.map((retention) => [nameOf(retention), retention] as const))('%s', (_, retention) => {
  it('is removed after its retention, and not a second before', async () => {
    await add(retention, retention.keptSeconds + 1)
    await add(retention, retention.keptSeconds - 1)
    await add(retention, 0)
    expect(await removeOldRows(db, clock.now())).toEqual({ [retention.table]: 1 })
    expect(await countOf(retention.table)).toBe(2)
  })

  it('is found through its index', async () => {
    const { table, since, index, where = 'true', key } = retention
    const plan = await db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`)
      const query = `select ${key} from latchkey.${table} where ${since} < now() and ${where} order by ${since} limit 5 for update skip locked`
      return tx.execute<{ 'QUERY PLAN': string }>(sql.raw(`explain ${query}`))
    })
    const text = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain(index)
    expect(text).not.toContain('Sort')
  })
})

describe('removeOldRows', () => {
  const [counters] = RETENTIONS as [Retention]

  it('never removes a row that is in use, however old', async () => {
    const old = secondsAgo(10 * 365 * 86_400)
    await db.execute(sql`
      insert into latchkey.mail_outbox (id, kind, request_id, status, batch_id, lease_expires_at, due_at, created_at)
      select gen_random_uuid(), 'password-reset', 'r', status, gen_random_uuid(), ${old}, ${old}, ${old}
      from unnest(array['queued', 'sending']) status`)
    await db.execute(sql`insert into latchkey.rate_limits values ('live', 5, ${secondsAgo(-1)})`)
    await db.execute(sql`
      insert into latchkey.sessions (user_id, token_hash, password_version, created_at, last_seen_at, expires_at)
      values (${user?.id}, decode(${bytes()}, 'hex'), 1, ${old}, ${old}, ${secondsAgo(-1)})`)
    expect(await removeOldRows(db, clock.now())).toEqual({})
    expect(await countOf('mail_outbox')).toBe(2)
  })

  it('keeps the rows that links, "this wasn\'t me" and flows still need', async () => {
    const fixture = createRecoveryFixture(db)
    const owner = await fixture.account()
    await fixture.mailedLink(owner)
    fixture.clock.advance(7 * 86_400)
    expect(await removeOldRows(db, fixture.clock.now())).toEqual({ rate_limits: expect.any(Number) })
    expect(await fixture.outbox()).toHaveLength(1)
  })

  it('removes slice after slice, and stops when the caller says so', async () => {
    await db.execute(
      sql`insert into latchkey.rate_limits select n::text, 1, ${secondsAgo(1e6)} from generate_series(1, ${2 * SLICE_SIZE + 3}) n`,
    )
    let slices = 0
    expect(await removeOldRows(db, clock.now(), () => ++slices <= 1)).toEqual({ rate_limits: SLICE_SIZE })
    expect(await removeOldRows(db, clock.now())).toEqual({ rate_limits: SLICE_SIZE + 3 })
  })

  it('skips a row that another transaction has locked, and does not wait for it', async () => {
    await db.execute(
      sql`insert into latchkey.rate_limits select n::text, 1, ${secondsAgo(1e6)} from generate_series(1, 3) n`,
    )
    await db.transaction(async (tx) => {
      await tx.execute(
        sql`update latchkey.rate_limits set count = 2, expires_at = ${secondsAgo(-60)} where bucket = '2'`,
      )
      expect(await removeSlice(db, clock.now(), counters)).toBe(2)
    })
    expect(await removeSlice(db, clock.now(), counters)).toBe(0)
    expect(await countOf('rate_limits')).toBe(1)
  })

  it('removes each row once when three run at the same time', async () => {
    await db.execute(
      sql`insert into latchkey.rate_limits select n::text, 1, ${secondsAgo(1e6)} from generate_series(1, 4000) n`,
    )
    const removed = await Promise.all([1, 2, 3].map(() => removeOldRows(db, clock.now())))
    expect(removed.reduce((sum, one) => sum + (one.rate_limits ?? 0), 0)).toBe(4000)
  })
})

describe('housekeeping', () => {
  it('starts by itself, shares one run among its callers, and stops between two slices', async () => {
    await db.execute(
      sql`insert into latchkey.rate_limits select n::text, 1, ${secondsAgo(1e6)} from generate_series(1, 1200) n`,
    )
    const { log, lines } = createLogCapture()
    const housekeeping = createHousekeeping({ db, log, telemetry: silent, now: clock.now })
    housekeeping.start()
    const [one, other] = await Promise.all([housekeeping.run(), housekeeping.run()])
    expect(one).toBe(other)
    expect(one).toEqual({ rate_limits: 1200 })
    await housekeeping.stop()
    expect(lines.join()).toContain('"removed":{"rate_limits":1200}')
    await db.execute(sql`insert into latchkey.rate_limits values ('late', 1, ${secondsAgo(1e6)})`)
    expect(await housekeeping.run()).toEqual({})
  })
})

it('the count of wrong codes for an account is kept', async () => {
  await db.execute(sql`insert into latchkey.code_lockouts
    values ('account one', 1, 0, null, ${randomUUID()}, ${secondsAgo(400 * 24 * 3600)})`)
  expect(await removeOldRows(db, clock.now())).toEqual({})
})
