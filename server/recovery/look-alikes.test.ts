import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db } = await createTestDatabase()

/** To whom a mail goes when somebody types this; nobody, where the schema refuses it already. */
async function mailedFor(typed: string): Promise<string[]> {
  if (!identifierSchema.safeParse(typed).success) return []
  fixture.clock.advance(fixture.policy.sendCooldownSeconds)
  const before = fixture.mailbox.accepted.length
  await fixture.request(typed)
  await fixture.deliver()
  return fixture.mailbox.accepted.slice(before).map((mail) => mail.to)
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

describe('an address that only looks like one we have', () => {
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
  ])('with %s mails nobody', async (_, typed) => {
    expect(await mailedFor(typed)).toEqual([])
  })

  it('while the address itself is mailed', async () => {
    expect(await mailedFor('MIKE@EXAMPLE.COM')).toEqual([miller.email])
  })
})

describe('a username that only looks like one we have', () => {
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
  ])('with %s mails nobody', async (_, typed) => {
    expect(await mailedFor(typed)).toEqual([])
  })

  it.each([
    ['the Kelvin sign, which is a k in NFC', KELVIN],
    ['a byte order mark around it, trimmed like a space', '\ufeffmike\ufeff'],
  ])('by %s mails the stored address alone', async (_, typed) => {
    expect(await mailedFor(typed)).toEqual([owner.email])
  })

  it('is one username in NFC and NFD, and another without its accent', async () => {
    await fixture.account({ email: 'jose@example.com', username: 'jos\u00e9' })
    expect(await mailedFor('jos\u00e9')).toEqual(['jose@example.com'])
    expect(await mailedFor('jose\u0301')).toEqual(['jose@example.com'])
    expect(await mailedFor('jose')).toEqual([])
  })

  it('is folded in ASCII alone: capitals with accents are other letters', async () => {
    await fixture.account({ email: 'aendy@example.com', username: '\u00e4ndy' })
    expect(await mailedFor('\u00c4ndy')).toEqual([])
    expect(await mailedFor('\u00e4NDY')).toEqual(['aendy@example.com'])
  })
})

it('never mails what was typed, only what is stored', async () => {
  await fixture.account({ email: 'Stored.Case@Example.com', username: 'stored' })
  expect(await mailedFor('sTORED.cASE@eXAMPLE.COM')).toEqual(['Stored.Case@Example.com'])
})
