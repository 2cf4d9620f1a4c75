import { describe, expect, it } from 'vitest'
import { openLink } from '@/server/recovery/open-link'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { createCodeFixture } from '@/server/testing/code-fixture'
import { bundleCommand, npmCommand } from '@/server/testing/command'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { laravel } from './adopt/laravel'

const own = await createTestDatabase()
const adopted = await createAdopted(laravel, {
  people: `insert into users (name, email, password) values ('Ada', 'ada@example.com', '$2y$12$old')`,
})

const recovery = await bundleCommand('scripts/recovery.ts')
const accounts = await bundleCommand('scripts/accounts.ts')

const { DATABASE_POOLING } = process.env
const ofOwn = { DATABASE_URL: own.url, DATABASE_POOLING }
const ofExternal = { DATABASE_URL: adopted.roleUrl, DATABASE_POOLING, ACCOUNTS: 'external' }
const withoutTimes = (text: string) => text.replace(/\d{4}-[\d-]+T[\d:.]+Z/g, 'TIME')

/** An account with a link that works now, by the clock of this machine. */
async function start() {
  const given = await createCodeFixture(own.db)
  const { clock } = given.fixture
  clock.synchronize()
  const link = await given.fixture.mailedLink(given.account)
  return { ...given, open: () => openLink(given.fixture.ctx({ now: new Date() }), link) }
}

describe('npm run recovery', () => {
  it('pauses, says what that means and how to undo it, and resumes', async () => {
    const { open } = await start()
    const paused = await recovery(ofOwn, 'pause', 'links')
    expect(withoutTimes(paused.output)).toMatch(
      /^Links are paused: .*\n.*npm run recovery -- resume links\nPaused: links \(since TIME\)\n/,
    )
    expect((await refusalOf(open())).code).toBe('links-paused')
    const resumed = await recovery(ofOwn, 'resume')
    expect(resumed).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^No longer paused: links\nPaused: nothing\n/),
    })
    await open()
  })

  it('revokes the secrets of one account, then of everyone, and says how many', async () => {
    const { account, open } = await start()
    const other = await start()
    const { output } = await recovery(ofOwn, 'revoke', '--id', account.id)
    expect(output).toMatch(/^Emails whose links and codes were ended: 1, of 1 account\n/)
    expect((await refusalOf(open())).code).toBe('link-expired')
    await other.open()
    expect((await recovery(ofOwn, 'revoke')).output).toMatch(/works now, pauses aside: 0$/)
    expect((await refusalOf(other.open())).code).toBe('link-expired')
  })

  it('says how it is called when it is called wrongly', async () => {
    for (const [command, ...args] of [
      [npmCommand('scripts/recovery.ts'), 'pause', 'everything'],
      [recovery, 'revoke', 'links'],
    ] as const) {
      const { code, output } = await command(ofOwn, ...args)
      expect([code, output]).toEqual([1, expect.stringContaining('Usage: npm run recovery')])
    }
  })
})

describe('npm run accounts', () => {
  it('finds the id of an address, freezes the account and unfreezes it', async () => {
    const { account, open } = await start()
    const listed = await accounts(ofOwn, 'list', '--email', account.email.toUpperCase())
    expect(listed.output).toContain(`${account.id}  ${account.email}  ${account.username}\n`)
    const frozen = await accounts(ofOwn, 'freeze', '--id', account.id)
    expect(frozen.output).toContain(`npm run accounts -- unfreeze --id ${account.id}`)
    expect((await refusalOf(open())).code).toBe('account-frozen')
    expect((await recovery(ofOwn, 'status')).output).toContain(`Frozen accounts: 1\n  ${account.id} (since `)
    expect((await accounts(ofOwn, 'unfreeze', '--id', account.id)).code).toBe(0)
    expect((await refusalOf(open())).code).toBe('link-expired')
  })

  it('says what to do about an id that no account has', async () => {
    const { code, output } = await accounts(ofOwn, 'freeze', '--id', 'ada@example.com')
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^There is no account .*npm run accounts -- list --email/),
    ])
  })
})

describe("with another application's accounts, and the rights that `npm run adopt` grants to the servers", () => {
  it('accounts can be listed and frozen, but not added', async () => {
    const listed = await accounts(ofExternal, 'list', '--email', 'ada@example.com')
    const id = /^(\d+) {2}ada@example\.com\n/.exec(listed.output)?.[1] ?? ''
    const frozen = await accounts(ofExternal, 'freeze', '--id', id)
    expect(frozen).toMatchObject({ code: 0, output: expect.stringContaining('is frozen') })
    const given = ['add', '--email', 'eve@example.com', '--username', 'eve', '--name', 'Eve']
    const added = await accounts(ofExternal, ...given)
    expect(added).toMatchObject({ code: 1, output: expect.stringContaining('Add the account there') })
  })

  it('recovery can be paused, and secrets revoked', async () => {
    expect((await recovery(ofExternal, 'pause')).code).toBe(0)
    expect((await recovery(ofExternal, 'revoke')).output).toContain('were ended: 0, of 0 accounts')
  })
})
