import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import { mailOutbox } from '@/server/db/schema'
import { createClock } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { claimBatch } from './claim-batch'
import { settle } from './settle'

const { db } = await createTestDatabase()
const clock = createClock()
beforeEach(() => db.delete(mailOutbox))

/** Queues and claims rows; returns their ids. */
async function claimRows(count: number): Promise<string[]> {
  const at = clock.now()
  const rows = Array.from({ length: count }, () => ({
    id: newRequestId(),
    kind: 'password-reset' as const,
    requestId: 'r',
    createdAt: at,
    dueAt: at,
  }))
  await db.insert(mailOutbox).values(rows)
  await claimBatch(db, at, randomUUID())
  return rows.map((row) => row.id)
}

const rowOf = async (id: string) => (await db.select().from(mailOutbox).where(eq(mailOutbox.id, id)))[0]

describe('settling', () => {
  it('records how each email ended, and when', async () => {
    const [sent, failed] = await claimRows(2)
    await db.update(mailOutbox).set({ recipient: 'ada@example.com' })
    await settle(
      db,
      clock.now(),
      [
        { id: sent as string, status: 'sent', providerId: 'provider-1', reason: null },
        { id: failed as string, status: 'failed', providerId: null, reason: 'no such mailbox' },
      ],
      false,
    )
    expect(await rowOf(sent as string)).toMatchObject({
      status: 'sent',
      providerId: 'provider-1',
      sentAt: clock.now(),
      leaseExpiresAt: null,
    })
    expect(await rowOf(failed as string)).toMatchObject({ status: 'failed', reason: 'no such mailbox', sentAt: null })
  })

  it('does not change a row that was settled before', async () => {
    const [id] = await claimRows(1)
    await settle(db, clock.now(), [{ id: id as string, status: 'failed', providerId: null, reason: 'first' }], false)
    await settle(db, clock.now(), [{ id: id as string, status: 'failed', providerId: null, reason: 'second' }], false)
    expect(await rowOf(id as string)).toMatchObject({ reason: 'first' })
  })
})
