import { afterEach, describe, expect, it } from 'vitest'
import { secureAccountTokenOf } from '@/server/core/secrets'
import { codeLockouts, mailOutbox, passwordResetTokens, rateLimits } from '@/server/db/schema'
import { issueLink } from '@/server/recovery/issue-link'
import { locateAccount } from '@/server/recovery/locate-account'
import { openLink } from '@/server/recovery/open-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { showResetForm } from '@/server/recovery/show-reset-form'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture } from '@/server/testing/code-fixture'
import { createTestDatabase, openTestDatabase } from '@/server/testing/database'
import { afterFirstStatement, createOperator } from '@/server/testing/operator'
import { APP_URL } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db, url } = await createTestDatabase()

/** An account with a live link and a live code, and another with a grant. */
async function start() {
  const given = await createCodeFixture(db)
  const other = await createCodeFixture(db)
  const { grant: token } = await other.enterRightCode()
  return { ...given, grant: { kind: 'grant' as const, token }, operator: createOperator(given.fixture) }
}

afterEach(async () => void (await db.$client`delete from latchkey.recovery_pauses`))

/** Everything that a call could have changed. */
const stored = async () => [
  await db.select().from(passwordResetTokens).orderBy(passwordResetTokens.id),
  await db.select().from(codeLockouts).orderBy(codeLockouts.subject),
  await db.select().from(rateLimits).orderBy(rateLimits.bucket),
  await db.select().from(mailOutbox).orderBy(mailOutbox.id),
]

describe('while all recovery is paused', () => {
  it('every call is refused, and changes nothing', async () => {
    const { fixture, operator, account, link, grant, enterRightCode, enterWrongCode } = await start()
    const before = await stored()
    await operator.pause('all')
    const paused = { code: 'recovery-paused', retryAfterSeconds: 300 }
    const calls: (() => Promise<unknown>)[] = [
      () => fixture.request(account.email),
      () => fixture.request('nobody@example.com'),
      () => locateAccount(fixture.ctx(), { account: account.email as never }),
      () => issueLink(fixture.ctx(), { account: account.email as never, form: 'v1', appUrl: APP_URL }),
      () => enterRightCode(),
      ...[link, grant].flatMap((secret) => [
        () => openLink(fixture.ctx(), secret),
        () => showResetForm(fixture.ctx(), secret),
        () => resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD }),
      ]),
    ]
    for (const call of calls) expect(await refusalOf(call())).toEqual(paused)
    expect(await enterWrongCode()).toEqual(paused)
    expect(await stored()).toEqual(before)
  })

  it('strangers cannot tell accounts apart, and a refused caller is not counted', async () => {
    const { fixture, operator, account } = await start()
    await operator.pause('all')
    const refusals = []
    for (let n = 0; n < 70; n++)
      refusals.push(await refusalOf(fixture.request(n % 2 ? account.email : 'x@example.com')))
    expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1)
    await operator.resume()
    await fixture.request(account.email)
  })

  it('what was live works again afterwards', async () => {
    const { fixture, operator, link, grant, enterRightCode } = await start()
    await operator.pause('all')
    expect(await operator.resume('codes')).toEqual([])
    expect((await refusalOf(openLink(fixture.ctx(), link))).code).toBe('recovery-paused')
    expect(await operator.resume('all')).toEqual(['all'])
    await openLink(fixture.ctx(), grant)
    await enterRightCode()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('requests from before wait in the queue, and are sent afterwards', async () => {
    const { fixture, operator } = await start()
    const account = await fixture.account()
    await fixture.request(account.email)
    await operator.pause('all')
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toEqual([])
    expect((await fixture.outbox()).filter(({ status }) => status === 'queued')).toHaveLength(1)
    await operator.resume()
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('an email that waits for its next try waits too, and is sent by the same call afterwards', async () => {
    const { fixture, operator } = await start()
    const account = await fixture.account()
    await fixture.request(account.email)
    fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'it is busy' }))
    await fixture.deliver()
    await operator.pause('all')
    fixture.clock.advance(60)
    const calls = fixture.mailbox.calls.length
    await fixture.deliver()
    expect(fixture.mailbox.calls).toHaveLength(calls)
    await operator.resume()
    await fixture.deliver()
    expect(fixture.mailbox.calls.at(-1)).toEqual(fixture.mailbox.calls[calls - 1])
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('the email about a changed password is sent, and its owner can secure the account', async () => {
    const { fixture, operator, account, link } = await start()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    await operator.pause('all')
    await fixture.deliver()
    const notice = fixture.mailbox.to(account.email).at(-1)
    expect(notice?.subject).toMatch(/changed/)
    const token = secureAccountTokenOf(fixture.secrets[0], notice?.id as string)
    expect(await secureAccount(fixture.ctx(), { token })).toEqual({ emailed: true })
  })
})

describe('while codes are paused', () => {
  it('codes and grants are refused, no try is counted, and links work', async () => {
    const { fixture, operator, account, link, grant, enterRightCode, enterWrongCode } = await start()
    await operator.pause('codes')
    const before = await stored()
    const paused = { code: 'codes-paused', retryAfterSeconds: 300 }
    for (let n = 0; n < 5; n++) expect(await enterWrongCode()).toEqual(paused)
    expect(await refusalOf(enterRightCode())).toEqual(paused)
    expect(await refusalOf(openLink(fixture.ctx(), grant))).toEqual(paused)
    expect(await refusalOf(resetPassword(fixture.ctx(), { secret: grant, password: OTHER_PASSWORD }))).toEqual(paused)
    expect(await stored()).toEqual(before)
    await openLink(fixture.ctx(), link)
    await fixture.request(account.email)
    await operator.resume('codes')
    expect(await enterWrongCode()).toEqual({ code: 'code-wrong', triesLeft: 2 })
    await enterRightCode()
  })
})

describe('while links are paused', () => {
  it('links are refused and spend nothing, and codes and grants work', async () => {
    const { fixture, operator, link, grant, enterRightCode } = await start()
    await operator.pause('links')
    const paused = { code: 'links-paused', retryAfterSeconds: 300 }
    const jwt = { kind: 'jwt' as const, token: 'a.b.c' }
    for (const secret of [link, jwt]) {
      expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual(paused)
      expect(await refusalOf(showResetForm(fixture.ctx(), secret))).toEqual(paused)
      expect(await refusalOf(resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD }))).toEqual(paused)
    }
    await enterRightCode()
    await resetPassword(fixture.ctx(), { secret: grant, password: OTHER_PASSWORD })
    expect(await operator.resume('links')).toEqual(['links'])
    await openLink(fixture.ctx(), link)
  })
})

it('every pause ends with `resume all`', async () => {
  const { fixture, operator, link } = await start()
  for (const what of ['codes', 'links', 'all', 'all'] as const) await operator.pause(what)
  expect((await operator.resume('all')).sort()).toEqual(['all', 'codes', 'links'])
  await openLink(fixture.ctx(), link)
})

it('a pause that begins while a password is hashed stops its reset', async () => {
  const { fixture, operator, link, account } = await start()
  const pausing = fixture.ctx({ db: afterFirstStatement(db, () => operator.pause('links')) })
  const refusal = await refusalOf(resetPassword(pausing, { secret: link, password: OTHER_PASSWORD }))
  expect(refusal.code).toBe('links-paused')
  expect(await fixture.eventsOf(account)).not.toContain('password-changed')
})

it('every server on the database sees a pause and its end in its next call', async () => {
  const { fixture, operator, link } = await start()
  const second = openTestDatabase(url)
  const onSecond = () => openLink(fixture.ctx({ db: second.db }), link)
  await onSecond()
  await operator.pause('links')
  expect((await refusalOf(onSecond())).code).toBe('links-paused')
  await operator.resume('links')
  await onSecond()
  await second.close()
})
