import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { openLink } from '@/server/recovery/open-link'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { createCodeFixture } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { laravel } from './adopt/laravel'
import { ROOT } from './environment'

const own = await createTestDatabase()
const adopted = await createAdopted(laravel, {
  people: `insert into users (name, email, password) values ('Ada', 'ada@example.com', '$2y$12$old')`,
})

/** Runs a command as an operator does, with the variables that it needs. */
async function run(settings: Record<string, string>, script: string, ...args: string[]) {
  const { PATH = '', HOME = '', DATABASE_POOLING = '' } = process.env
  const { exitCode, all } = await execa(process.execPath, [path.join(ROOT, 'scripts', 'run.mjs'), script, ...args], {
    cwd: ROOT,
    env: { PATH, HOME, DATABASE_POOLING, ...settings },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  })
  return { code: exitCode, output: all.trim() }
}

const ofOwn = { DATABASE_URL: own.url }
const ofExternal = { DATABASE_URL: adopted.roleUrl, ACCOUNTS: 'external' }
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
    const paused = await run(ofOwn, 'scripts/recovery.ts', 'pause', 'links')
    expect(withoutTimes(paused.output)).toMatch(
      /^Links are paused: .*\n.*npm run recovery -- resume links\nPaused: links \(since TIME\)\n/,
    )
    expect((await refusalOf(open())).code).toBe('links-paused')
    const resumed = await run(ofOwn, 'scripts/recovery.ts', 'resume')
    expect(resumed).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^No longer paused: links\nPaused: nothing\n/),
    })
    await open()
  })

  it('revokes the secrets of one account, then of everyone, and says how many', async () => {
    const { account, open } = await start()
    const other = await start()
    const { output } = await run(ofOwn, 'scripts/recovery.ts', 'revoke', '--id', account.id)
    expect(output).toMatch(/^Emails whose links and codes were ended: 1, of 1 account\n/)
    expect((await refusalOf(open())).code).toBe('link-expired')
    await other.open()
    expect((await run(ofOwn, 'scripts/recovery.ts', 'revoke')).output).toMatch(/works now, pauses aside: 0$/)
    expect((await refusalOf(other.open())).code).toBe('link-expired')
  })

  it('says how it is called when it is called wrongly', async () => {
    for (const args of [
      ['pause', 'everything'],
      ['revoke', 'links'],
    ]) {
      const { code, output } = await run(ofOwn, 'scripts/recovery.ts', ...args)
      expect([code, output]).toEqual([1, expect.stringContaining('Usage: npm run recovery')])
    }
  })
})

describe('npm run accounts', () => {
  it('finds the id of an address, freezes the account and unfreezes it', async () => {
    const { account, open } = await start()
    const listed = await run(ofOwn, 'scripts/accounts.ts', 'list', '--email', account.email.toUpperCase())
    expect(listed.output).toContain(`${account.id}  ${account.email}  ${account.username}\n`)
    const frozen = await run(ofOwn, 'scripts/accounts.ts', 'freeze', '--id', account.id)
    expect(frozen.output).toContain(`npm run accounts -- unfreeze --id ${account.id}`)
    expect((await refusalOf(open())).code).toBe('account-frozen')
    expect((await run(ofOwn, 'scripts/recovery.ts', 'status')).output).toContain(
      `Frozen accounts: 1\n  ${account.id} (since `,
    )
    expect((await run(ofOwn, 'scripts/accounts.ts', 'unfreeze', '--id', account.id)).code).toBe(0)
    expect((await refusalOf(open())).code).toBe('link-expired')
  })

  it('says what to do about an id that no account has', async () => {
    const { code, output } = await run(ofOwn, 'scripts/accounts.ts', 'freeze', '--id', 'ada@example.com')
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^There is no account .*npm run accounts -- list --email/),
    ])
  })
})

describe("with another application's accounts, and the rights that `npm run adopt` grants to the servers", () => {
  it('accounts can be listed and frozen, but not added', async () => {
    const listed = await run(ofExternal, 'scripts/accounts.ts', 'list', '--email', 'ada@example.com')
    const id = /^(\d+) {2}ada@example\.com\n/.exec(listed.output)?.[1] ?? ''
    const frozen = await run(ofExternal, 'scripts/accounts.ts', 'freeze', '--id', id)
    expect(frozen).toMatchObject({ code: 0, output: expect.stringContaining('is frozen') })
    const given = ['add', '--email', 'eve@example.com', '--username', 'eve', '--name', 'Eve']
    const added = await run(ofExternal, 'scripts/accounts.ts', ...given)
    expect(added).toMatchObject({ code: 1, output: expect.stringContaining('Add the account there') })
  })

  it('recovery can be paused, and secrets revoked', async () => {
    expect((await run(ofExternal, 'scripts/recovery.ts', 'pause')).code).toBe(0)
    expect((await run(ofExternal, 'scripts/recovery.ts', 'revoke')).output).toContain('were ended: 0, of 0 accounts')
  })
})
