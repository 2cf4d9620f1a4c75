import type { Page } from '@playwright/test'
import {
  choosePassword,
  codeInEmail,
  expect,
  failToSignIn,
  linkInEmail,
  NEW_PASSWORD,
  openEmail,
  type Person,
  requestEmail,
  signIn,
  test,
} from './people'

// These stories open many pages, in browsers that share a machine.
test.describe.configure({ timeout: 90_000 })

const SUBJECT = 'Choose a new password'

const codeInput = (page: Page) => page.getByLabel('Six-digit code')

/** A code that is not the one in the mail, and differs from one `turn` to the next. */
const wrongCode = (right: string, turn = 1) => String((Number(right) + turn) % 1_000_000).padStart(6, '0')

/** Reads the newest mail to somebody in a tab of its own. */
async function readEmail(page: Page, person: Person) {
  const tab = await page.context().newPage()
  await openEmail(tab, person.email, SUBJECT)
  const read = { code: await codeInEmail(tab), link: await linkInEmail(tab) }
  await tab.close()
  return read
}

/** The codes that a page sends to the server, as they are sent. */
function codesSent(page: Page) {
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/recovery.verifyCode')) sent.push(request.postDataJSON().code)
  })
  return sent
}

async function blockCodes(page: Page, right: string) {
  for (const [turn, told] of [/2 tries left/, /1 try left/, /Codes are blocked for now/].entries()) {
    await codeInput(page).fill(wrongCode(right, turn + 1))
    await expect(page.getByRole('alert').filter({ hasText: told })).toBeVisible()
    await expect(codeInput(page)).toHaveValue('')
  }
}

const ofPerson = ({ username }: Person) => `(select id from users where username = '${username}')`
const lockoutOf = ({ username }: Person) =>
  `subject = (select 'account ' || id from users where username = '${username}')`

test('somebody locked out gets back in by the code of a mail that is read elsewhere', async ({
  page,
  newPerson,
  otherBrowser,
}) => {
  const robin = await newPerson()
  const noise: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') noise.push(message.text())
  })
  await requestEmail(page, robin.email)
  expect(new URL(page.url()).pathname).toBe('/forgot-password/code')
  await expect(page.getByText(robin.email)).toBeVisible()
  await expect(codeInput(page)).toBeFocused()
  await expect(codeInput(page)).toHaveAccessibleDescription(/for 10 minutes.*on its way/)

  const phone = await otherBrowser()
  const { code } = await readEmail(phone.page, robin)
  await page.keyboard.type(code)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/reset-password')
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeFocused()
  // Neither the policy of the page nor anything else had a complaint.
  expect(noise).toEqual([])

  await failToSignIn(page, robin.email, robin.password)
  await signIn(page, robin.email, NEW_PASSWORD)
  await openEmail(page, robin.email, 'Your password was changed')
})

test('the link works elsewhere while a browser waits for the code, which is then worth nothing', async ({
  page,
  newPerson,
  otherBrowser,
}) => {
  const robin = await newPerson()
  await requestEmail(page, robin.username)
  const phone = await otherBrowser()
  const { code, link } = await readEmail(phone.page, robin)
  await phone.page.goto(link)
  await choosePassword(phone.page, NEW_PASSWORD)
  await expect(phone.page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()

  await codeInput(page).fill(code)
  await expect(codeInput(page)).toHaveAccessibleDescription(/not the code in the newest mail.*2 tries left/)
  await expect(codeInput(page)).toBeFocused()
  await expect(codeInput(page)).toHaveValue('')
  await signIn(page, robin.email, NEW_PASSWORD)
})

for (const first of ['code', 'link'] as const) {
  test(`code and link at once: the ${first} changes the password, the other is told why it cannot`, async ({
    page,
    newPerson,
    otherBrowser,
  }) => {
    const robin = await newPerson()
    await requestEmail(page, robin.email)
    const phone = await otherBrowser()
    const { code, link } = await readEmail(phone.page, robin)
    await phone.page.goto(link)
    await expect(phone.page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
    await codeInput(page).fill(code)
    await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()

    const [winner, loser] = first === 'code' ? [page, phone.page] : [phone.page, page]
    await choosePassword(winner, NEW_PASSWORD)
    await expect(winner.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
    await choosePassword(loser, 'another lantern river 9')
    const [why, wayOut] =
      first === 'code'
        ? ['This link was already used. Each link works once.', 'Send me a new link']
        : ['This code was already used, or a newer mail was sent.', 'Send me a new mail']
    await expect(loser.getByRole('alert').filter({ hasText: why })).toBeVisible()
    await expect(loser.getByLabel('New password', { exact: true })).toHaveValue('another lantern river 9')
    await expect(loser.getByRole('link', { name: wayOut })).toBeVisible()
    await signIn(winner, robin.email, NEW_PASSWORD)
  })
}

test('three wrong codes block them for a minute, even the right one, and the link works meanwhile', async ({
  page,
  newPerson,
  otherBrowser,
  db,
}) => {
  const robin = await newPerson()
  await page.clock.install()
  await requestEmail(page, robin.email)
  const { code, link } = await readEmail(page, robin)
  const sent = codesSent(page)
  await blockCodes(page, code)
  await expect(codeInput(page)).toBeFocused()
  await expect(page.getByText('The link in the mail still works')).toBeVisible()
  const timer = page.getByRole('timer')
  await expect(timer).toHaveText(/again in (1:00|0:5\d)\./)
  await page.clock.fastForward('00:10')
  await expect(timer).toHaveText(/again in 0:(50|4\d)\./)

  // Typed or pasted, nothing goes in; a program that sends the right code is refused.
  await page.keyboard.type(code)
  await expect(codeInput(page)).toHaveValue('')
  expect(sent).toHaveLength(3)
  const refused = await page.request.post('/api/trpc/recovery.verifyCode', { data: { code } })
  expect(refused.status()).toBe(429)
  expect((await refused.json()).error.data).toMatchObject({ reason: 'code-blocked' })

  // Neither a reload nor another browser with a request of its own gives new tries.
  await page.reload()
  await expect(timer).toHaveText(/again in (1:00|0:[0-5]\d)\./)
  const phone = await otherBrowser()
  await requestEmail(phone.page, robin.username)
  await expect(phone.page.getByRole('timer')).toBeVisible()
  await phone.page.goto(link)
  await expect(phone.page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()

  await db.execute(`update code_lockouts set blocked_until = now() - interval '1 second' where ${lockoutOf(robin)}`)
  await page.clock.fastForward('01:01')
  await expect(timer).toBeHidden()
  await expect(page.getByRole('status').filter({ hasText: 'You can type a code again' })).toBeVisible()
  await codeInput(page).fill(code)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
})

test('each block is twice as long as the one before, and shows so', async ({ page, newPerson, db }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  for (const shown of [/in (1:00|0:5\d)\./, /in (2:00|1:5\d)\./, /in (4:00|3:5\d)\./]) {
    await blockCodes(page, code)
    await expect(page.getByRole('timer')).toHaveText(shown)
    await db.execute(`update code_lockouts set blocked_until = now() - interval '1 second' where ${lockoutOf(robin)}`)
    await page.reload()
    await expect(page.getByRole('timer')).toBeHidden()
  }
  await codeInput(page).fill(code)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
})

test('a code is taken as people type and paste it, and what cannot be one costs no try', async ({
  page,
  context,
  newPerson,
}) => {
  const robin = await newPerson()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  await page.bringToFront()
  const sent = codesSent(page)
  const paste = async (text: string) => {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
    await page.keyboard.press('ControlOrMeta+v')
  }

  await page.getByRole('button', { name: 'Use this code' }).click()
  await expect(codeInput(page)).toHaveAccessibleDescription(/^Type the six digits from the mail/)
  await expect(codeInput(page)).toBeFocused()
  for (const typed of ['12345', 'abcdef', '١٢٣٤٥٦', '１２３４５６']) {
    await codeInput(page).fill(typed)
    await page.keyboard.press('Enter')
    await expect(codeInput(page)).toHaveAccessibleDescription(/^A code is six digits, 0 to 9/)
    await expect(codeInput(page)).toHaveValue(typed)
  }
  await codeInput(page).fill('')
  await paste(`${code}7`)
  await expect(codeInput(page)).toHaveAccessibleDescription(/^A code is six digits, 0 to 9/)
  await expect(codeInput(page)).toHaveValue('')
  expect(sent).toEqual([])

  const wrong = wrongCode(code)
  await paste(`${wrong.slice(0, 2)}-${wrong.slice(2, 4)}–${wrong.slice(4)}`)
  await expect(codeInput(page)).toHaveAccessibleDescription(/2 tries left/)
  await paste(` ${code.slice(0, 3)} ${code.slice(3)}\n`)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  expect(sent).toEqual([wrong, code])
})

test('a code goes out once, however it is sent, and a lost connection loses nothing', async ({
  page,
  context,
  newPerson,
}) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  const sent = codesSent(page)
  await context.setOffline(true)
  await codeInput(page).fill(code)
  await expect(page.getByRole('alert').filter({ hasText: 'We could not be reached' })).toBeVisible()
  await expect(codeInput(page)).toHaveValue(code)
  await context.setOffline(false)

  sent.length = 0
  await codeInput(page).fill('')
  await codeInput(page).pressSequentially(code)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  expect(sent).toEqual([code])
})

test('reload, second tab and back button keep the flow, and the account can be corrected', async ({
  page,
  context,
  newPerson,
  db,
}) => {
  const robin = await newPerson()
  await page.goto('/forgot-password/code')
  await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/forgot-password')

  await requestEmail(page, robin.email)
  await readEmail(page, robin)
  await db.execute(
    `update mail_outbox set created_at = created_at - interval '25 seconds' where user_id = ${ofPerson(robin)}`,
  )
  await page.reload()
  await expect(page.getByText(robin.email)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Send again in [1-3]\d s$/ })).toBeVisible()
  const tab = await context.newPage()
  await tab.goto('/forgot-password/code')
  await expect(tab.getByText(robin.email)).toBeVisible()
  await expect(tab.getByRole('button', { name: /^Send again in [1-3]\d s$/ })).toBeVisible()

  await page.getByRole('link', { name: 'Use another account' }).click()
  await expect(page.getByLabel('Email or username')).toHaveValue(robin.email)
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Send again in [1-3]\d s$/ })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Email or username')).toHaveValue(robin.email)
  await expect(page.getByRole('button', { name: 'Mail me' })).toBeEnabled()
  await page.getByRole('link', { name: 'I have the code already' }).click()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
})

test('another mail can be asked for once the time is up, and only its code works', async ({ page, newPerson, db }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const older = await readEmail(page, robin)
  await expect(page.getByRole('button', { name: /^Send again in/ })).toBeVisible()
  // The request was made two minutes ago.
  for (const [table, person] of [
    ['mail_outbox', 'user_id'],
    ['password_reset_tokens', 'user_id'],
  ]) {
    await db.execute(
      `update ${table} set created_at = created_at - interval '2 minutes' where ${person} = ${ofPerson(robin)}`,
    )
  }
  await page.reload()
  await page.getByRole('button', { name: /Send again$/ }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Sent again.' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Send again in (60|5\d) s$/ })).toBeVisible()

  await expect.poll(async () => (await readEmail(page, robin)).code).not.toBe(older.code)
  await codeInput(page).fill(older.code)
  await expect(codeInput(page)).toHaveAccessibleDescription(/not the code in the newest mail/)
  await codeInput(page).fill((await readEmail(page, robin)).code)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
})

test('a tab in which the flow has ended says so, with a way on', async ({ page, context, newPerson }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  const other = await context.newPage()
  await other.goto('/forgot-password/code')
  await codeInput(page).fill(code)
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()

  await codeInput(other).fill(wrongCode(code))
  await expect(other.getByRole('heading', { name: 'Nothing is under way any more' })).toBeFocused()
  await other.getByRole('link', { name: 'Send me a new mail' }).click()
  await expect(other.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
})

test('a block met in one tab shows in another when one comes back to it', async ({ page, context, newPerson }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  const other = await context.newPage()
  await other.clock.install()
  await other.goto('/forgot-password/code')
  await expect(other.getByRole('button', { name: 'Use this code' })).toBeEnabled()
  await blockCodes(page, code)
  await other.clock.fastForward('00:11')
  await other.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await expect(other.getByRole('timer')).toBeVisible()
})

test('the minutes after a right code may run out while somebody types: nothing typed is lost', async ({
  page,
  newPerson,
  db,
}) => {
  const robin = await newPerson()
  await page.clock.install()
  await requestEmail(page, robin.email)
  const { code, link } = await readEmail(page, robin)
  await codeInput(page).fill(code)
  const password = page.getByLabel('New password', { exact: true })
  await password.fill(NEW_PASSWORD)
  await expect(page.locator('form').getByRole('alert')).toBeHidden()
  await page.clock.fastForward('05:01')
  await expect(page.getByText('The few minutes that a code gives are over.')).toBeVisible()
  await expect(password).toHaveValue(NEW_PASSWORD)
  await expect(page.getByRole('link', { name: 'Send me a new mail' })).toBeVisible()

  await db.execute(
    `update password_reset_tokens set grant_expires_at = now() - interval '1 second' where user_id = ${ofPerson(robin)}`,
  )
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByText('The few minutes that a code gives are over.')).toBeVisible()
  await expect(password).toHaveValue(NEW_PASSWORD)

  // The link of the same mail, opened beside, is another way to save what stands here.
  const tab = await page.context().newPage()
  await tab.goto(link)
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()

  await page.goto('/reset-password')
  await expect(page.getByRole('heading', { name: 'This link was already used' })).toBeVisible()
})

test('a grant that is spent or over says so on the page, and offers a new mail', async ({ page, newPerson, db }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  const { code } = await readEmail(page, robin)
  await codeInput(page).fill(code)
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  await db.execute(
    `update password_reset_tokens set grant_expires_at = now() - interval '1 second' where user_id = ${ofPerson(robin)}`,
  )
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Too much time has passed' })).toBeVisible()
  await db.execute(`update password_reset_tokens set used_at = now() where user_id = ${ofPerson(robin)}`)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This code was already used' })).toBeVisible()
  await page.getByRole('link', { name: 'Send me a new mail' }).click()
  await expect(page.getByLabel('Email or username')).toHaveValue(robin.email)
})

test('under reveal one sees whose account it is before a mail goes out', async ({ page, newPerson, db }) => {
  const robin = await newPerson('Robin "Redbreast" Reader')
  await db.execute(`update users set picture = '/no-such-picture.png' where username = '${robin.username}'`)
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (request.method() === 'POST' && pathname.endsWith('recovery.request')) asked.push(pathname)
    expect(search, 'what was typed has no place in an address').not.toContain(robin.username)
  })
  await page.goto('/forgot-password')
  await page.getByLabel('Email or username').fill(robin.username)
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeFocused()
  await expect(page.getByText(robin.fullName)).toBeVisible()
  await expect(page.getByText('r•••@e•••.com')).toBeVisible()
  await expect(page.locator('main')).not.toContainText(robin.email)
  await expect(page.locator('main img')).toHaveJSProperty('naturalWidth', 64)
  await page.getByRole('button', { name: 'No, another account' }).click()
  await expect(page.getByLabel('Email or username')).toBeFocused()
  await expect(page.getByLabel('Email or username')).toHaveValue(robin.username)
  expect(asked).toEqual([])
  await page.getByRole('button', { name: 'Mail me' }).click()
  await page.getByRole('button', { name: 'Yes, send the mail' }).dblclick()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
  expect(asked).toEqual(['/api/trpc/recovery.request'])
})
