import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { newClientNetworks } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import type { LimitedAction } from './limits'
import { createRefusedNetworks } from './refused-networks'
import { type LimitedCall, runLimited } from './run-limited'

const { db, url } = await createTestDatabase()
const fixture = createRecoveryFixture(db)

/** A context of a new client, and the statements that it runs. */
function newClient(over: Partial<RecoveryContext> = {}) {
  const { db: recorded, statements, close } = createRecordedDatabase(url)
  onTestFinished(close)
  const requester = { networks: newClientNetworks(), device: null, requestId: randomUUID() }
  const refusedNetworks = createRefusedNetworks()
  const alarms: string[] = []
  const ctx = () =>
    fixture.ctx({ db: recorded, requester, refusedNetworks, raiseAlarm: (action) => void alarms.push(action), ...over })
  return { ctx, statements, alarms }
}

/** Runs one limited call. Returns the error that refuses it, or null. */
const call = (ctx: RecoveryContext, action: LimitedAction, given: Partial<LimitedCall> = {}) =>
  runLimited(ctx, { action, ...given }, ({ result }) => ({ query: sql`select * from ${result}` })).then(
    () => null,
    (error: RecoveryError) => error,
  )

describe('a refused network', () => {
  it('is refused without a statement, by the same error, until its window ends', async () => {
    const { ctx, statements } = newClient()
    for (let n = 0; n < 30; n++) expect(await call(ctx(), 'secure-account')).toBeNull()
    fixture.clock.advance(300.5)
    const refused = await call(ctx(), 'secure-account')
    expect(refused).toMatchObject({ code: 'too-many-requests', details: { retryAfterSeconds: 600 } })

    const before = statements.length
    expect(await call(ctx(), 'secure-account')).toEqual(refused)
    fixture.clock.advance(599.4)
    expect(await call(ctx(), 'secure-account')).toMatchObject({ details: { retryAfterSeconds: 1 } })
    expect(statements.length).toBe(before)
    fixture.clock.advance(0.1)
    expect(await call(ctx(), 'secure-account')).toBeNull()
    expect(statements.length).toBe(before + 1)
  })

  it('is not refused for another action', async () => {
    const { ctx } = newClient()
    for (let n = 0; n < 31; n++) await call(ctx(), 'secure-account')
    expect(await call(ctx(), 'secure-account')).toBeInstanceOf(RecoveryError)
    expect(await call(ctx(), 'open-link')).toBeNull()
  })
})

it('a budget of all requests together is never remembered', async () => {
  await runStatement(
    db,
    sql`insert into latchkey.rate_limits
    values ('request-reset global', 200, ${fixture.clock.now().toISOString()}::timestamptz + interval '1 minute')`,
  )
  const policy = { ...fixture.policy, rateLimitScale: 1 / 60 } // 200 requests a minute from all networks together
  const refusedNetworks = createRefusedNetworks()
  for (const client of [newClient({ policy, refusedNetworks }), newClient({ policy, refusedNetworks })]) {
    expect(await call(client.ctx(), 'request-reset')).toMatchObject({ details: { retryAfterSeconds: 60 } })
    expect(client.statements.length).toBe(1)
    expect(client.alarms).toEqual(['request-reset'])
  }
})
