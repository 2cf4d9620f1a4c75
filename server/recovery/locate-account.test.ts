import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createTestDatabase } from '@/server/testing/database'
import { createRecordedDatabase, createWorld, refusalOf } from '@/server/testing/factories'
import { maskEmail } from './disclosure'
import { locateAccount } from './locate-account'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type World = ReturnType<typeof createWorld>

const locate = (world: World, typed: string, given?: Parameters<World['ctx']>[0]) =>
  locateAccount(world.ctx(given), { account: identifierSchema.parse(typed) })

describe('under conceal', () => {
  it('shows nothing of an account that was not typed, and the same for those that do not exist', async () => {
    const world = createWorld(db)
    const account = await world.account({ email: 'known@mail.example.com', picture: 'https://example.com/me.png' })
    const masked = { email: 'k•••@m•••.com', fullName: '', picture: '/avatar.svg' }
    expect(await locate(world, account.email)).toEqual(masked)
    expect(await locate(world, 'kobody@mobody.example.com')).toEqual(masked)
  })

  it('runs one statement, the same for everybody', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const texts = []
    for (const typed of [account.email, 'nobody@example.com']) {
      recorded.statements.length = 0
      await locate(world, typed, { db: recorded.db })
      expect(recorded.statements).toHaveLength(1)
      texts.push(recorded.statements[0])
    }
    expect(texts[0]).toBe(texts[1])
  })

  it("has a lasting decoy for each username, which says nothing of the account's address", async () => {
    const world = createWorld(db)
    const account = await world.account({ email: 'zoe@quux.example' })
    const decoy = await locate(world, account.username)
    expect(decoy.email).toMatch(/^[a-w]•••@[a-w]•••\.[a-z.]+$/)
    expect(await locate(world, account.username.toUpperCase())).toEqual(decoy)
    world.secrets = ['a newer application secret of these tests', ...world.secrets]
    expect(await locate(world, account.username)).toEqual(decoy)
    const decoys = await Promise.all(Array.from({ length: 40 }, (_, n) => locate(world, `nobody${n}`)))
    expect(new Set(decoys.map((one) => one.email)).size).toBeGreaterThan(20)
  })
})

describe('under reveal', () => {
  const reveal = { policy: { disclosure: 'reveal' } } as const

  it('shows the account', async () => {
    const world = createWorld(db, reveal)
    const account = await world.account({ fullName: 'Ada Example', picture: '/ada.png' })
    const preview = { email: account.email, fullName: 'Ada Example', picture: '/ada.png' }
    expect(await locate(world, account.email.toUpperCase())).toEqual(preview)
    expect(await locate(world, account.username)).toEqual(preview)
  })

  it('says that an account is unknown or deactivated in one way', async () => {
    const world = createWorld(db, reveal)
    const deactivated = await world.account({ deactivatedAt: world.clock.now() })
    for (const typed of [deactivated.email, 'nobody@example.com', 'nobody']) {
      expect(await refusalOf(locate(world, typed))).toEqual({ code: 'account-unknown' })
    }
  })
})

it('is limited for an address, under both', async () => {
  for (const disclosure of ['conceal', 'reveal'] as const) {
    const world = createWorld(db, { policy: { disclosure, rateLimitScale: 2 / 60 } })
    const account = await world.account()
    for (let n = 0; n < 2; n++) await locate(world, account.email)
    expect(await refusalOf(locate(world, 'nobody'))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  }
})

it('masks an address down to its first letters and its ending', () => {
  expect(maskEmail('john@mail.example.com')).toBe('j•••@m•••.com')
  expect(maskEmail('j@e.co')).toBe('j•••@e•••.co')
})
