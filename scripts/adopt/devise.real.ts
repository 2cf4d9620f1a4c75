import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { createRailsApp, createRailsBrowser, type RailsServer } from '@/server/testing/adopt/rails-app'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { devise } from './devise'

const EMAIL = 'ada@example.com'
const OLD = 'the first passphrase'
const NEW = 'the second passphrase'

const rails = await createRailsApp()
afterAll(rails.remove)
const directories = [
  { name: 'without a pepper', pepper: '', adopted: await createAdopted(devise, { schema: rails.migrate }) },
  {
    name: 'with a pepper of 128 characters, as its generator suggests',
    pepper: '140e0e9e'.repeat(16),
    adopted: await createAdopted(devise, { schema: rails.migrate }),
  },
]

describe.each(directories)('the real Devise, $name', ({ pepper, adopted }) => {
  let app: RailsServer
  beforeAll(async () => {
    app = await rails.serve(adopted.ownerUrl, { pepper })
  })
  afterAll(() => app.stop())

  const recovery = createRecovery(adopted, { passwordHash: 'bcrypt', passwordPepper: pepper || undefined })

  test('signs in with the password that was set, refuses the old one, and has ended the sessions', async () => {
    const [desktop, phone, later] = [
      createRailsBrowser(app.url),
      createRailsBrowser(app.url),
      createRailsBrowser(app.url),
    ]
    await desktop.signUp(EMAIL, OLD)
    await phone.signIn(EMAIL, OLD, true)
    expect([await desktop.signedInAs(), await phone.signedInAs()]).toEqual([EMAIL, EMAIL])

    await recovery.byLink(EMAIL, NEW)

    expect(await desktop.signedInAs()).toBeNull()
    phone.forgetSession()
    expect(await phone.signedInAs()).toBeNull()
    await later.signIn(EMAIL, OLD)
    expect(await later.signedInAs()).toBeNull()
    await later.signIn(EMAIL, NEW)
    expect(await later.signedInAs()).toBe(EMAIL)
  })

  test('an unknown password after "This wasn\'t me": neither the old nor the new one works', async () => {
    const email = 'secured@example.com'
    await createRailsBrowser(app.url).signUp(email, OLD)
    await recovery.byLink(email, NEW)
    const browser = createRailsBrowser(app.url)
    await browser.signIn(email, NEW)
    expect(await browser.signedInAs()).toBe(email)
    await recovery.secure(email)
    expect(await browser.signedInAs()).toBeNull()
    await browser.signIn(email, NEW)
    await browser.signIn(email, OLD)
    expect(await browser.signedInAs()).toBeNull()
  })

  test('sends people who have forgotten their password to Latchkey, with the routes of the guide', async () => {
    expect(await createRailsBrowser(app.url).forgotPasswordPage()).toBe('https://accounts.example.com/forgot-password')
  })

  test('lets a person in whose account it had locked', async () => {
    const email = 'locked@example.com'
    await createRailsBrowser(app.url).signUp(email, OLD)
    await adopted.owner`update users set failed_attempts = 20, locked_at = now() at time zone 'utc' where email = ${email}`
    const browser = createRailsBrowser(app.url)
    await browser.signIn(email, OLD)
    expect(await browser.signedInAs()).toBeNull()
    await recovery.byCode(email, NEW)
    await browser.signIn(email, NEW)
    expect(await browser.signedInAs()).toBe(email)
  })

  test('"remember me" alone keeps a person signed in until the reset', async () => {
    const email = 'remembered@example.com'
    const browser = createRailsBrowser(app.url)
    await browser.signUp(email, OLD)
    const phone = createRailsBrowser(app.url)
    await phone.signIn(email, OLD, true)
    phone.forgetSession()
    expect(await phone.signedInAs()).toBe(email)
    await recovery.byLink(email, NEW)
    phone.forgetSession()
    expect(await phone.signedInAs()).toBeNull()
  })
})
