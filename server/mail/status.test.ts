import { beforeEach, describe, expect, it } from 'vitest'
import { mailOutbox } from '@/server/db/schema'
import { bundleCommand } from '@/server/testing/command'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { retryFailed } from './retry-failed'
import { mailStatus } from './status'

const { db, url } = await createTestDatabase()
const mail = await bundleCommand('scripts/mail.ts')
beforeEach(() => db.delete(mailOutbox))

/** Four emails: one was refused, one was sent, one waits for its next try, one is queued. */
async function createScene() {
  const fixture = createRecoveryFixture(db)
  const accounts = [
    await fixture.account(),
    await fixture.account(),
    await fixture.account(),
    await fixture.account(),
  ] as const
  await fixture.request(accounts[0].email)
  fixture.mailbox.answerNext((emails) => ({
    kind: 'settled',
    outcomes: emails.map(() => ({ accepted: false, reason: 'no such mailbox' })),
  }))
  await fixture.deliver()
  await fixture.request(accounts[1].email)
  await fixture.deliver()
  await fixture.request(accounts[2].email)
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: '503 down', afterMs: 600_000 }))
  await fixture.deliver()
  fixture.clock.advance(5)
  await fixture.request(accounts[3].email)
  fixture.clock.advance(60)
  return { fixture, accounts }
}

describe('mail status', () => {
  it('says how many emails wait, since when and why, and which failed for what reason', async () => {
    const { fixture } = await createScene()
    expect(await mailStatus(db, fixture.clock.now())).toEqual({
      queued: 1,
      sending: 1,
      oldestSeconds: 65,
      waiting: [{ reason: '503 down', count: 1 }],
      failures: [
        { kind: 'password-reset', status: 'failed', reason: 'no such mailbox', count: 1, newest: expect.any(Date) },
      ],
    })
  })

  it('is all zero when nothing waits', async () => {
    const report = { queued: 0, sending: 0, oldestSeconds: 0, waiting: [], failures: [] }
    expect(await mailStatus(db, new Date())).toEqual(report)
  })
})

describe('retrying', () => {
  it('sends failed and waiting emails, each once', async () => {
    const { fixture, accounts } = await createScene()
    expect(await retryFailed(db, fixture.clock.now())).toEqual({ requeued: 1, rescheduled: 1, expired: 0 })
    await fixture.deliver()
    expect(fixture.mailbox.accepted.map((email) => email.to).sort()).toEqual(
      accounts.map((account) => account.email).sort(),
    )
    expect(await retryFailed(db, fixture.clock.now())).toEqual({ requeued: 0, rescheduled: 0, expired: 0 })
  })

  it('leaves an email alone whose link has expired', async () => {
    const { fixture } = await createScene()
    fixture.clock.advance(fixture.policy.linkTtlSeconds)
    expect(await retryFailed(db, fixture.clock.now())).toMatchObject({ requeued: 0, expired: 1 })
  })
})

it('is a command: npm run mail -- status | retry', { timeout: 120_000 }, async () => {
  const { accounts } = await createScene()
  const { ACCOUNTS, DATABASE_POOLING, SIGN_IN_URL } = process.env
  const variables = { DATABASE_URL: url, DATABASE_POOLING, ACCOUNTS, SIGN_IN_URL, NODE_ENV: 'test' }
  const [status, wrong] = await Promise.all([mail(variables, 'status'), mail(variables, 'purge')])
  expect(status.code).toBe(0)
  expect(status.stdout).toContain('Queued: 1\n')
  expect(status.stdout).toContain('  waiting  1 × 503 down\n')
  expect(status.stdout).toContain('  failed   1 × password-reset: no such mailbox')
  for (const { email } of accounts) expect(status.stdout).not.toContain(email)
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('Usage: npm run mail -- status')
})
