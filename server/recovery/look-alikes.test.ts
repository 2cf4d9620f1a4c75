import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db } = await createTestDatabase()

/** The recipients of the emails for a request with this identifier. None if the schema rejects it. */
async function recipientsFor(typed: string): Promise<string[]> {
  if (!identifierSchema.safeParse(typed).success) return []
  fixture.clock.advance(fixture.policy.sendCooldownSeconds)
  const before = fixture.mailbox.accepted.length
  await fixture.request(typed)
  await fixture.deliver()
  return fixture.mailbox.accepted.slice(before).map((email) => email.to)
}

const DOTLESS = 'm\u0131ke'
const FULL_WIDTH = '\uff4d\uff49\uff4b\uff45'
const CYRILLIC = 'mi\u043ae'
const ZERO_WIDTH = 'mi\u200bke'
const RTL_MARK = '\u200fmike'
const KELVIN = 'mi\u212ae'

const fixture = createRecoveryFixture(db)
const miller = await fixture.account({ email: 'mike@example.com', username: 'mike.miller' })
const owner = await fixture.account({ email: 'owner@example.com', username: 'mike' })

describe('an email address that only looks like a stored one', () => {
  it.each([
    ['a dotless i', `${DOTLESS}@example.com`],
    ['a dotless i in the domain', 'mike@examp\u0131e.com'],
    ['full-width letters', `${FULL_WIDTH}@example.com`],
    ['a full-width @', 'mike\uff20example.com'],
    ['a Cyrillic letter', `${CYRILLIC}@example.com`],
    ['a zero-width space', `${ZERO_WIDTH}@example.com`],
    ['a right-to-left mark', `${RTL_MARK}@example.com`],
    ['the Kelvin sign', `${KELVIN}@example.com`],
    ['a punycode domain', 'mike@xn--exmple-cua.com'],
    ['a subdomain', 'mike@example.com.evil.example'],
    ['a plus tag', 'mike+x@example.com'],
    ['a NUL', 'mike\0@example.com'],
  ])('sends no email: %s', async (_, typed) => {
    expect(await recipientsFor(typed)).toEqual([])
  })

  it('sends one email for the stored address itself', async () => {
    expect(await recipientsFor('MIKE@EXAMPLE.COM')).toEqual([miller.email])
  })
})

describe('a username that only looks like a stored one', () => {
  it.each([
    ['a dotless i', DOTLESS],
    ['a capital dotted I', 'M\u0130KE'],
    ['full-width letters', FULL_WIDTH],
    ['a Cyrillic letter', CYRILLIC],
    ['a zero-width space', ZERO_WIDTH],
    ['a zero-width joiner at the end', 'mike\u200d'],
    ['a right-to-left mark', RTL_MARK],
    ['a combining accent', 'mike\u0301'],
    ['a soft hyphen', 'mi\u00adke'],
    ['a NUL', 'mike\0'],
    ['a wildcard', 'mik_'],
  ])('sends no email: %s', async (_, typed) => {
    expect(await recipientsFor(typed)).toEqual([])
  })

  it.each([
    ['the Kelvin sign, which is the letter K in NFC', KELVIN],
    ['byte order marks around it, which are trimmed like spaces', '\ufeffmike\ufeff'],
  ])('sends the email to the stored address: %s', async (_, typed) => {
    expect(await recipientsFor(typed)).toEqual([owner.email])
  })

  it('is the same username in NFC and NFD, and a different one without its accent', async () => {
    await fixture.account({ email: 'jose@example.com', username: 'jos\u00e9' })
    expect(await recipientsFor('jos\u00e9')).toEqual(['jose@example.com'])
    expect(await recipientsFor('jose\u0301')).toEqual(['jose@example.com'])
    expect(await recipientsFor('jose')).toEqual([])
  })

  it('is folded in ASCII only: capitals with accents are different letters', async () => {
    await fixture.account({ email: 'aendy@example.com', username: '\u00e4ndy' })
    expect(await recipientsFor('\u00c4ndy')).toEqual([])
    expect(await recipientsFor('\u00e4NDY')).toEqual(['aendy@example.com'])
  })
})

it('sends emails to the stored address, never to what was typed', async () => {
  await fixture.account({ email: 'Stored.Case@Example.com', username: 'stored' })
  expect(await recipientsFor('sTORED.cASE@eXAMPLE.COM')).toEqual(['Stored.Case@Example.com'])
})
