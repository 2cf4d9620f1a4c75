import { createHmac } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { codeDigestOf, codeOf, digestOf, linkTokenOf, seedOf } from '@/server/core/secrets'
import { passwordResetTokens } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { sealFlow } from './flow'
import { openLink } from './open-link'
import { verifyCode } from './verify-code'

/** Rewrites the row of a request as versions before seeds wrote it: its secrets are derived from its id. */
async function withoutSeed(id: string, secret: string) {
  const seed = seedOf({ id, seed: null })
  const tokenHash = digestOf(linkTokenOf(secret, seed))
  const codeHash = codeDigestOf(secret, id, codeOf(secret, seed))
  await db.update(passwordResetTokens).set({ seed: null, tokenHash, codeHash }).where(eq(passwordResetTokens.id, id))
}

const { db } = await createTestDatabase()

/** Everything that an attacker with APP_SECRET can derive from bytes that a browser was given. */
function derivedFrom(secret: string, seen: Buffer) {
  const derive = (purpose: string) =>
    createHmac('sha256', secret).update(`latchkey ${purpose} 0 `).update(seen).digest()
  const words = Array.from({ length: 8 }, (_, at) => derive('code').readUInt32BE(4 * at))
  return {
    token: derive('link').toString('base64url'),
    code: String((words.find((word) => word < 4_294_000_000) ?? 0) % 1_000_000).padStart(6, '0'),
  }
}

it('neither link nor code can be derived from what a browser has, even with APP_SECRET', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  const { id } = await fixture.request(account.email)
  await fixture.deliver()
  const secret = fixture.secrets[0]
  const [email] = fixture.mailbox.to(account.email)
  const mailed = { token: tokenIn(email), code: codeIn(email) }
  const [row] = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.id, id))
  expect(derivedFrom(secret, row?.seed as Buffer)).toEqual(mailed) // with the seed, it is possible
  const cookie = sealFlow(fixture.secrets, { requestId: id, account: identifierSchema.parse(account.email) })
  const [body = '', signature = ''] = cookie.split('.')
  const seen = [
    Buffer.from(id.replaceAll('-', ''), 'hex'),
    Buffer.from(id),
    Buffer.from(body, 'base64url'),
    Buffer.from(signature, 'base64url'),
    Buffer.from(cookie),
  ]
  for (const bytes of seen) {
    const { token, code } = derivedFrom(secret, bytes)
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token }))).toEqual({ code: 'link-unknown' })
    expect(code).not.toBe(mailed.code)
  }
})

it('an email that an older version had queued is sent with secrets that work', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  const { id } = await fixture.request(account.email)
  await fixture.deliver()
  await withoutSeed(id, fixture.secrets[0])
  fixture.clock.advance(61)
  await fixture.deliver()
  const [email] = fixture.mailbox.to(account.email)
  await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(email) })
  const { grant } = await verifyCode(fixture.ctx(), {
    account: identifierSchema.parse(account.email),
    code: codeIn(email),
  })
  expect(grant).toMatch(/^\w{60}$/)
})
