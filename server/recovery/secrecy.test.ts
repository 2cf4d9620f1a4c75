import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { linkTokenOf, newSeed } from '@/server/core/secrets'
import { isSessionOpen, OTHER_PASSWORD, PASSWORD, signInTo } from '@/server/testing/accounts'
import { otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'
import { verifyCode } from './verify-code'

const { db } = await createTestDatabase()

/** Every row of every table as text. Bytes are written in hex. */
async function dumpDatabase(): Promise<string> {
  const tables = await db.execute<{ name: string }>(sql`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`)
  const texts = []
  for (const { name } of tables) {
    const [row] = await db.execute<{ text: string }>(
      sql.raw(`select coalesce(string_agg(t::text, E'\\n'), '') as text from ${name} t`),
    )
    texts.push(`${name}\n${row?.text}`)
  }
  return texts.join('\n')
}

/** The forms in which a secret could be stored: as text, and its bytes and decoded bytes in hex and base64. */
function spellingsOf(secret: string): string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64url')]
  const lastBytes = bytes[1]?.subarray(-32) // the HMAC of a secure-account token
  return [...bytes, lastBytes ?? Buffer.alloc(0)]
    .filter((one) => one.length >= 8)
    .flatMap((one) => [one.toString('hex'), one.toString('base64').replace(/=+$/, ''), one.toString('base64url')])
    .concat(secret)
}

/** Whether a text contains a secret in any form. A code counts only where it is not part of a longer word. */
const foundIn = (haystack: string, secret: string) =>
  /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![0-9a-z.])${secret}(?![0-9a-z])`, 'i').test(haystack)
    : spellingsOf(secret).some((spelling) => haystack.toLowerCase().includes(spelling.toLowerCase()))

/** Uses every kind of secret once, with failed tries: link, code, grant, session and secure-account link. */
async function exerciseEverySecret() {
  const appSecret = randomBytes(48).toString('base64')
  const fixture = createRecoveryFixture(db, { secrets: [appSecret] })
  const account = await fixture.account()
  const identifier = identifierSchema.parse(account.email)
  const emails = () => fixture.mailbox.to(account.email)
  const secrets: Record<string, string> = { 'the application secret': appSecret }

  await fixture.request('unknown@example.com')
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  const link = await fixture.mailedLink(account).catch(async () => {
    fixture.clock.advance(61)
    await fixture.deliver()
    return { kind: 'link' as const, token: tokenIn(emails()[0]) }
  })
  secrets['the link of the first email'] = link.token
  secrets['the code of the first email'] = codeIn(emails()[0])
  await openLink(fixture.ctx(), link)
  await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: linkTokenOf(appSecret, newSeed()) }))
  await refusalOf(resetPassword(fixture.ctx(), { secret: link, password: 'qwertyuiop' }))
  await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })

  const strangersSession = await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
  secrets['the session of the stranger'] = strangersSession
  await isSessionOpen(fixture.ctx(), strangersSession)
  await fixture.deliver()
  const secureAccountToken = tokenIn(emails().at(-1))
  secrets['the secure-account link'] = secureAccountToken
  fixture.clock.advance(61)
  await secureAccount(fixture.ctx(), { token: secureAccountToken })
  await fixture.deliver()
  const code = codeIn(emails().at(-1))
  secrets['the code of the last email'] = code
  await refusalOf(verifyCode(fixture.ctx(), { account: identifier, code: otherCode(code) }))
  const { grant } = await verifyCode(fixture.ctx(), { account: identifier, code })
  secrets['the grant'] = grant
  await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password: 'back in my own hands' })
  await refusalOf(signInTo(fixture.ctx(), account, PASSWORD))
  const ownSession = await signInTo(fixture.ctx(), account, 'back in my own hands')
  await fixture.deliver()
  secrets['the session of the owner'] = ownSession
  for (const password of [PASSWORD, OTHER_PASSWORD, 'back in my own hands']) secrets[password] = password
  return { fixture, account, secrets }
}

const { fixture: used, account: owner, secrets } = await exerciseEverySecret()
const stored = await dumpDatabase()
const writtenLog = used.logLines.join('')

describe('after every secret was used', () => {
  it.each(Object.entries(secrets))('the database does not contain %s', (_, secret) => {
    expect(secret.length).toBeGreaterThan(5)
    expect(foundIn(stored, secret)).toBe(false)
  })

  it.each(Object.entries(secrets))('the log does not contain %s', (_, secret) => {
    expect(foundIn(writtenLog, secret)).toBe(false)
  })

  it('the log contains no address or name', () => {
    expect(writtenLog).toContain('emails sent')
    for (const hidden of [owner.email, owner.fullName, owner.username, 'unknown@example.com']) {
      expect(writtenLog).not.toContain(hidden)
    }
  })

  it('the database does not contain the identifier of an unknown account', () => {
    expect(stored).toContain(owner.email)
    expect(foundIn(stored, 'unknown@example.com')).toBe(false)
  })
})

describe('the search of these tests', () => {
  const secret = linkTokenOf('some application secret', newSeed())

  it.each([
    ['text', sql`select ${secret}::text as stored`],
    ['part of a text', sql`select ${`https://accounts.example.com/?token=${secret}&x`}::text as stored`],
    ['JSON', sql`select ${JSON.stringify({ token: secret })}::jsonb as stored`],
    ['an array', sql`select array[${secret}]::text[] as stored`],
    ['bytes', sql`select convert_to(${secret}, 'UTF8') as stored`],
    ['decoded bytes', sql`select decode(${Buffer.from(secret, 'base64url').toString('hex')}, 'hex') as stored`],
  ])('finds a secret that is stored as %s in any table', async (_, planted) => {
    await db.execute(sql`create table public.forgotten as ${planted}`.inlineParams())
    expect(foundIn(await dumpDatabase(), secret)).toBe(true)
    await db.execute(sql`drop table public.forgotten`)
    expect(foundIn(await dumpDatabase(), secret)).toBe(false)
  })

  it('finds a code', () => {
    expect(foundIn('(1,"your code is 012345",2026)', '012345')).toBe(true)
    expect(foundIn('(1,a012345b,2026)', '012345')).toBe(false)
  })
})

it('the log of a database failure contains no address or name', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account({ fullName: 'Unmistakable Name' })
  await fixture.request(account.email)
  await fixture.request('someone.else@example.com')
  const failures = [
    ['alter view latchkey.accounts rename to broken', 'alter view latchkey.broken rename to accounts'],
    [
      'alter table latchkey.mail_outbox add constraint broken check (recipient is null) not valid',
      'alter table latchkey.mail_outbox drop constraint broken',
    ],
  ]
  for (const [fail, repair] of failures) {
    await db.execute(sql.raw(fail as string))
    await fixture.deliver()
    await db.execute(sql.raw(repair as string))
    fixture.clock.advance(300)
  }
  const log = fixture.logLines.join('')
  expect(log.match(/batch not (delivered|composed)/g)).toHaveLength(2)
  expect(log).toContain('violates check constraint')
  expect(log).toContain('compose-reset-emails.ts')
  for (const hidden of [account.email, account.username, 'Unmistakable', 'someone.else'])
    expect(log).not.toContain(hidden)
})
