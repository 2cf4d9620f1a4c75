import { expect, it } from 'vitest'
import { securityEvents } from '@/server/db/schema'
import { addTestAccount } from '@/server/testing/accounts'
import { START } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { listSecurityEvents } from './list-security-events'

const { db } = await createTestDatabase()

it('listSecurityEvents returns the last 20 events of the account, newest first', async () => {
  const [account, other] = [await addTestAccount(db), await addTestAccount(db)]
  const at = (second: number) => new Date(START.getTime() + second * 1000)
  const event = (accountId: string, second: number) => ({
    accountId,
    kind: 'signed-in' as const,
    requestId: `${second}`,
    device: 'Safari',
    createdAt: at(second),
  })
  await db
    .insert(securityEvents)
    .values([...Array.from({ length: 25 }, (_, n) => event(account.id, n)), event(other.id, 99)])
  const listed = await listSecurityEvents({ db }, account.id)
  expect(listed.map((one) => one.at)).toEqual(Array.from({ length: 20 }, (_, n) => at(24 - n)))
  expect(listed[0]).toEqual({ id: expect.any(String), kind: 'signed-in', at: at(24), device: 'Safari' })
})

it('listSecurityEvents limits events that strangers can cause, so that they do not hide the others', async () => {
  const account = await addTestAccount(db)
  const event = (kind: 'password-changed' | 'sign-in-failed', second: number) => ({
    accountId: account.id,
    kind,
    requestId: `${second}`,
    device: null,
    createdAt: new Date(START.getTime() + second * 1000),
  })
  await db
    .insert(securityEvents)
    .values([event('password-changed', 0), ...Array.from({ length: 50 }, (_, n) => event('sign-in-failed', n + 1))])
  const kinds = (await listSecurityEvents({ db }, account.id)).map((one) => one.kind)
  expect(kinds).toEqual([...Array(5).fill('sign-in-failed'), 'password-changed'])
})
