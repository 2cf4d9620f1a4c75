import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import { type MailKind, mailOutbox } from '@/server/db/schema'
import { createClock } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { claimBatch } from './claim-batch'
import { BATCH_SIZE, LEASE_SECONDS } from './outbox'
import { retryLater } from './retry-batch'
import { settle } from './settle'

const { db } = await createTestDatabase()
const clock = createClock()
beforeEach(() => db.delete(mailOutbox))

/** Queues rows a second apart; returns their ids in that order. */
async function queue(count: number, given: { kind?: MailKind; dueAt?: Date } = {}): Promise<string[]> {
  const rows = Array.from({ length: count }, () => {
    clock.advance(1)
    const at = clock.now()
    return { id: newRequestId(), kind: 'password-reset' as const, requestId: 'r', createdAt: at, dueAt: at, ...given }
  })
  await db.insert(mailOutbox).values(rows)
  return rows.map((row) => row.id)
}

const claim = () => claimBatch(db, clock.now(), randomUUID())
const idsOf = (batch: Awaited<ReturnType<typeof claim>>) => batch?.emails.map((email) => email.id) ?? []
const rowOf = async (id: string) => (await db.select().from(mailOutbox).where(eq(mailOutbox.id, id)))[0]

describe('a claim', () => {
  it('takes the oldest due rows in order, at most a hundred', async () => {
    const ids = await queue(BATCH_SIZE + 20)
    expect(idsOf(await claim())).toEqual(ids.slice(0, BATCH_SIZE))
    expect(idsOf(await claim())).toEqual(ids.slice(BATCH_SIZE))
    expect(await claim()).toBeNull()
  })

  it('leaves rows that are not due yet', async () => {
    const dueAt = new Date(clock.now().getTime() + 10_000)
    const [id] = await queue(1, { dueAt })
    expect(await claim()).toBeNull()
    clock.advance(9)
    expect(idsOf(await claim())).toEqual([id])
  })

  it('takes rows of one kind only, the kind of the oldest row', async () => {
    const [first] = await queue(1)
    const [changed] = await queue(1, { kind: 'password-changed' })
    const [third] = await queue(1)
    expect(idsOf(await claim())).toEqual([first, third])
    expect(idsOf(await claim())).toEqual([changed])
  })

  it('by ten workers at once gives each row to one worker', async () => {
    const ids = await queue(500)
    const claimed: string[] = []
    const work = async () => {
      for (let batch = await claim(); batch; batch = await claim()) claimed.push(...idsOf(batch))
    }
    await Promise.all(Array.from({ length: 10 }, work))
    expect(claimed).toHaveLength(500)
    expect(new Set(claimed)).toEqual(new Set(ids))
  })

  it('counts attempts', async () => {
    const [id] = await queue(1)
    await claim()
    clock.advance(LEASE_SECONDS)
    expect((await claim())?.emails[0]?.attempts).toBe(2)
    expect(await rowOf(id as string)).toMatchObject({ status: 'sending', attempts: 2 })
  })
})

describe('a batch whose worker has died', () => {
  it('is claimed again as the same batch in the same order, when its lease has ended', async () => {
    await queue(5)
    const first = await claim()
    clock.advance(LEASE_SECONDS - 1)
    expect(await claim()).toBeNull()
    clock.advance(1)
    const again = await claim()
    expect(again?.id).toBe(first?.id)
    expect(idsOf(again)).toEqual(idsOf(first))
  })

  it('is claimed again as a whole by one of ten workers', async () => {
    await queue(50)
    const first = await claim()
    clock.advance(LEASE_SECONDS)
    const claims = await Promise.all(Array.from({ length: 10 }, claim))
    const [again, ...more] = claims.filter((batch) => batch !== null)
    expect(more).toEqual([])
    expect(idsOf(again ?? null)).toEqual(idsOf(first))
  })

  it('gets no new rows', async () => {
    await queue(2)
    const first = await claim()
    clock.advance(LEASE_SECONDS)
    const [late] = await queue(1)
    expect(idsOf(await claim())).toEqual(idsOf(first))
    expect(idsOf(await claim())).toEqual([late])
  })

  it('leaves out rows that are settled', async () => {
    const [sent, open] = await queue(2)
    await claim()
    await settle(
      db,
      clock.now(),
      [{ id: sent as string, status: 'failed', providerId: null, reason: 'refused' }],
      false,
    )
    clock.advance(LEASE_SECONDS)
    expect(idsOf(await claim())).toEqual([open])
  })
})

describe('a batch that waits for its next try', () => {
  it('is claimed again at the given time, whatever its lease was', async () => {
    await queue(2)
    const first = await claim()
    if (!first) throw new Error('nothing was claimed')
    await retryLater(db, first, new Date(clock.now().getTime() + 300_000), '429 slow down')
    clock.advance(299)
    expect(await claim()).toBeNull()
    clock.advance(1)
    expect((await claim())?.id).toBe(first.id)
    expect(await rowOf(idsOf(first)[0] as string)).toMatchObject({ reason: '429 slow down' })
  })
})
