import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { maskEmail } from './disclosure'
import { locateAccount } from './locate-account'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type Fixture = ReturnType<typeof createRecoveryFixture>

const locate = (fixture: Fixture, typed: string, given?: Parameters<Fixture['ctx']>[0]) =>
  locateAccount(fixture.ctx(given), { account: identifierSchema.parse(typed) })

describe('locateAccount under conceal', () => {
  it('shows only a masked form of the typed address, for known and unknown accounts', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ email: 'known@mail.example.com', picture: 'https://example.com/me.png' })
    const masked = { email: 'k•••@m•••.com', fullName: '', picture: '/avatar.svg' }
    expect(await locate(fixture, account.email)).toEqual(masked)
    expect(await locate(fixture, 'karl@music.example.com')).toEqual(masked)
  })

  it('runs the same single statement for known and unknown accounts', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const texts = []
    for (const typed of [account.email, 'unknown@example.com']) {
      recorded.statements.length = 0
      await locate(fixture, typed, { db: recorded.db })
      expect(recorded.statements).toHaveLength(1)
      texts.push(recorded.statements[0])
    }
    expect(texts[0]).toBe(texts[1])
  })

  it('shows a decoy address for a username, always the same one, which says nothing about the real address', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ email: 'zoe@quux.example' })
    const decoy = await locate(fixture, account.username)
    expect(decoy.email).toMatch(/^[a-w]•••@[a-w]•••\.[a-z.]+$/)
    expect(await locate(fixture, account.username.toUpperCase())).toEqual(decoy)
    fixture.secrets = ['a newer application secret of these tests', ...fixture.secrets]
    expect(await locate(fixture, account.username)).toEqual(decoy)
    const decoys = await Promise.all(Array.from({ length: 40 }, (_, n) => locate(fixture, `unknown${n}`)))
    expect(new Set(decoys.map((one) => one.email)).size).toBeGreaterThan(20)
  })
})

describe('locateAccount under reveal', () => {
  const reveal = { policy: { disclosure: 'reveal' } } as const

  it('shows the account', async () => {
    const fixture = createRecoveryFixture(db, reveal)
    const account = await fixture.account({ fullName: 'Ada Example', picture: '/ada.png' })
    const preview = { email: account.email, fullName: 'Ada Example', picture: '/ada.png' }
    expect(await locate(fixture, account.email.toUpperCase())).toEqual(preview)
    expect(await locate(fixture, account.username)).toEqual(preview)
  })

  it('gives the same answer for unknown and deactivated accounts', async () => {
    const fixture = createRecoveryFixture(db, reveal)
    const deactivated = await fixture.account({ active: false })
    for (const typed of [deactivated.email, 'unknown@example.com', 'unknown']) {
      expect(await refusalOf(locate(fixture, typed))).toEqual({ code: 'account-unknown' })
    }
  })
})

it('locateAccount limits the calls per address, under conceal and reveal', async () => {
  for (const disclosure of ['conceal', 'reveal'] as const) {
    const fixture = createRecoveryFixture(db, { policy: { disclosure, rateLimitScale: 2 / 60 } })
    const account = await fixture.account()
    for (let n = 0; n < 2; n++) await locate(fixture, account.email)
    expect(await refusalOf(locate(fixture, 'unknown'))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  }
})

it('maskEmail keeps the first letters and the ending of an address', () => {
  expect(maskEmail('john@mail.example.com')).toBe('j•••@m•••.com')
  expect(maskEmail('j@e.co')).toBe('j•••@e•••.co')
})
