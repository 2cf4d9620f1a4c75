import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { findSession } from '@/server/accounts/sessions'
import { signIn } from '@/server/accounts/sign-in'
import { identifierSchema } from '@/server/core/schemas'
import { linkTokenOf, newRequestId } from '@/server/core/secrets'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'
import { verifyCode } from './verify-code'

const { db } = await createTestDatabase()

/** Every row of every table as text; bytes show as hex. */
async function everything(): Promise<string> {
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

/** The spellings that a secret could be kept in: as it is, in hex and base64, and so the bytes that it spells. */
function spellingsOf(secret: string): string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64url')]
  const proof = bytes[1]?.subarray(-32)
  return [...bytes, proof ?? Buffer.alloc(0)]
    .filter((one) => one.length >= 8)
    .flatMap((one) => [one.toString('hex'), one.toString('base64').replace(/=+$/, ''), one.toString('base64url')])
    .concat(secret)
}

const foundIn = (haystack: string, secret: string) =>
  /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![0-9a-z.])${secret}(?![0-9a-z])`, 'i').test(haystack)
    : spellingsOf(secret).some((spelling) => haystack.toLowerCase().includes(spelling.toLowerCase()))

/** Somebody asks, guesses, resets, is robbed, disowns it, uses a code, and signs in; with a mail that fails twice. */
async function journey() {
  const appSecret = randomBytes(48).toString('base64')
  const fixture = createRecoveryFixture(db, { secrets: [appSecret] })
  const account = await fixture.account()
  const identifier = identifierSchema.parse(account.email)
  const mails = () => fixture.mailbox.to(account.email)
  const secrets: Record<string, string> = { 'the application secret': appSecret }

  await fixture.request('nobody@example.com')
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  const link = await fixture.mailedLink(account).catch(async () => {
    fixture.clock.advance(61)
    await fixture.deliver()
    return { kind: 'link' as const, token: tokenIn(mails()[0]) }
  })
  secrets['the link of the first mail'] = link.token
  secrets['the code of the first mail'] = codeIn(mails()[0])
  await openLink(fixture.ctx(), link)
  await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: linkTokenOf(appSecret, newRequestId()) }))
  await refusalOf(resetPassword(fixture.ctx(), { secret: link, password: 'qwertyuiop' }))
  await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })

  const stranger = await signIn(fixture.ctx(), { account: identifier, password: OTHER_PASSWORD })
  secrets['the session of the stranger'] = stranger.token
  await findSession(fixture.ctx(), stranger.token)
  await fixture.deliver()
  const secureAccountToken = tokenIn(mails().at(-1))
  secrets['the link of the notice'] = secureAccountToken
  fixture.clock.advance(61)
  await secureAccount(fixture.ctx(), { token: secureAccountToken })
  await fixture.deliver()
  const code = codeIn(mails().at(-1))
  secrets['the code of the last mail'] = code
  const wrong = code === '000000' ? '000001' : '000000'
  await refusalOf(verifyCode(fixture.ctx(), { account: identifier, code: wrong }))
  const { grant } = await verifyCode(fixture.ctx(), { account: identifier, code })
  secrets['the grant'] = grant
  await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password: 'back in my own hands' })
  await refusalOf(signIn(fixture.ctx(), { account: identifier, password: PASSWORD }))
  const owner = await signIn(fixture.ctx(), { account: identifier, password: 'back in my own hands' })
  await fixture.deliver()
  secrets['the session of the owner'] = owner.token
  for (const password of [PASSWORD, OTHER_PASSWORD, 'back in my own hands']) secrets[password] = password
  return { fixture, account, secrets }
}

const { fixture: journeyed, account: traveller, secrets } = await journey()
const stored = await everything()
const journeyLog = journeyed.logLines.join('')

describe('after a whole journey', () => {
  it.each(Object.entries(secrets))('the database holds nothing of %s', (_, secret) => {
    expect(secret.length).toBeGreaterThan(5)
    expect(foundIn(stored, secret)).toBe(false)
  })

  it.each(Object.entries(secrets))('the log says nothing of %s', (_, secret) => {
    expect(foundIn(journeyLog, secret)).toBe(false)
  })

  it('the log names nobody', () => {
    expect(journeyLog).toContain('emails sent')
    for (const hidden of [traveller.email, traveller.fullName, traveller.username, 'nobody@example.com']) {
      expect(journeyLog).not.toContain(hidden)
    }
  })

  it('what was typed for nobody is nowhere', () => {
    expect(stored).toContain(traveller.email)
    expect(foundIn(stored, 'nobody@example.com')).toBe(false)
  })
})

describe('the removeOldRows itself', () => {
  const secret = linkTokenOf('some application secret', newRequestId())

  it.each([
    ['text', sql`select ${secret}::text as held`],
    ['a larger text', sql`select ${`https://accounts.example.com/?token=${secret}&x`}::text as held`],
    ['JSON', sql`select ${JSON.stringify({ token: secret })}::jsonb as held`],
    ['an array', sql`select array[${secret}]::text[] as held`],
    ['bytes', sql`select convert_to(${secret}, 'UTF8') as held`],
    ['the bytes it spells', sql`select decode(${Buffer.from(secret, 'base64url').toString('hex')}, 'hex') as held`],
  ])('finds a secret kept as %s, in a table nobody thought of', async (_, planted) => {
    await db.execute(sql`create table forgotten as ${planted}`.inlineParams())
    expect(foundIn(await everything(), secret)).toBe(true)
    await db.execute(sql`drop table forgotten`)
    expect(foundIn(await everything(), secret)).toBe(false)
  })

  it('finds a code', () => {
    expect(foundIn('(1,"your code is 012345",2026)', '012345')).toBe(true)
    expect(foundIn('(1,a012345b,2026)', '012345')).toBe(false)
  })
})

it('a database that fails puts no address or name into the log', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account({ fullName: 'Unmistakable Name' })
  await fixture.request(account.email)
  await fixture.request('somebody.else@example.com')
  const failures = [
    ['alter table users rename to broken', 'alter table broken rename to users'],
    [
      'alter table mail_outbox add constraint broken check (recipient is null) not valid',
      'alter table mail_outbox drop constraint broken',
    ],
  ]
  for (const [fail, mend] of failures) {
    await db.execute(sql.raw(fail as string))
    await fixture.deliver()
    await db.execute(sql.raw(mend as string))
    fixture.clock.advance(300)
  }
  const log = fixture.logLines.join('')
  expect(log.match(/batch not (delivered|composed)/g)).toHaveLength(2)
  expect(log).toContain('violates check constraint')
  expect(log).toContain('compose-reset-emails.ts')
  for (const hidden of [account.email, account.username, 'Unmistakable', 'somebody.else'])
    expect(log).not.toContain(hidden)
})
