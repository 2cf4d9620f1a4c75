import {
  choosePassword,
  expect,
  failToSignIn,
  linkInEmail,
  NEW_PASSWORD,
  openEmail,
  requestEmail,
  signIn,
  test,
} from './people'

test('somebody locked out gets back in by the mailed link, and nobody else stays in', async ({
  page,
  newPerson,
  otherBrowser,
}) => {
  const robin = await newPerson()
  const elsewhere = await otherBrowser()
  await signIn(elsewhere.page, robin.username, robin.password)

  await page.goto('/')
  await page.getByRole('link', { name: /forgot/i }).click()
  await page.getByLabel('Email or username').fill(robin.email)
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeFocused()
  await expect(page.getByText(robin.fullName)).toBeVisible()
  await page.getByRole('button', { name: 'Yes, send the mail' }).click()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
  await expect(page.getByText(robin.email)).toBeVisible()

  await openEmail(page, robin.email, 'Choose a new password')
  const link = await linkInEmail(page)
  // As a person does it: the button in the mail as its reader shows it.
  await page.frameLocator('iframe').getByRole('link', { name: 'Choose a new password' }).click()

  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/reset-password')
  expect(page.url()).not.toContain('token')
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeFocused()

  await failToSignIn(page, robin.email, robin.password)
  await signIn(page, robin.email, NEW_PASSWORD)

  await elsewhere.page.reload()
  await expect(elsewhere.page.getByRole('heading', { name: 'Sign in' })).toBeVisible()

  const stranger = await otherBrowser()
  await stranger.page.goto(link)
  await expect(stranger.page.getByText('This link was already used')).toBeVisible()
  expect(new URL(stranger.page.url()).pathname).toBe('/forgot-password')
  expect(stranger.page.url()).not.toContain('token')

  await openEmail(page, robin.email, 'Your password was changed')
})

test('somebody whose password was changed by another takes the account back', async ({
  page,
  newPerson,
  otherBrowser,
}) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto(await linkInEmail(page))
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
  const intruder = await otherBrowser()
  await signIn(intruder.page, robin.email, NEW_PASSWORD)

  await openEmail(page, robin.email, 'Your password was changed')
  await page.frameLocator('iframe').getByRole('link', { name: 'This was not me' }).click()
  await page.getByRole('button', { name: 'Secure my account' }).click()
  await expect(page.getByRole('heading', { name: 'Your account is secured' })).toBeVisible()
  expect(page.url()).not.toContain('token')

  await intruder.page.reload()
  await expect(intruder.page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await failToSignIn(intruder.page, robin.email, NEW_PASSWORD)
})

test('somebody signed in mails a link to their own address', async ({ page, newPerson }) => {
  const robin = await newPerson()
  await signIn(page, robin.email, robin.password)
  await page.getByRole('button', { name: 'Mail me a reset link' }).click()
  await expect(page.getByText(`A mail with a link is on its way to ${robin.email}.`)).toBeVisible()
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto('/forgot-password')
  await expect(page.getByLabel('Email or username')).toHaveValue(robin.email)
})

test('the newest mail is the only live one, and the older link says so', async ({ page, newPerson, db }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  const older = await linkInEmail(page)
  // The cooldown is over: the first request was made two minutes ago.
  await db.execute(
    `update password_reset_tokens set created_at = created_at - interval '2 minutes'
     where user_id = (select id from users where username = '${robin.username}')`,
  )
  await requestEmail(page, robin.username)
  await expect
    .poll(async () => {
      await page.goto('/dev/mailbox')
      return page.getByRole('link', { name: robin.email }).count()
    })
    .toBe(2)
  await page.goto(older)
  await expect(page.getByText('There is a newer mail')).toBeVisible()
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto(await linkInEmail(page))
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
})

test('somebody whose address bounced is told on the account page', async ({ page, newPerson, db }) => {
  const robin = await newPerson()
  await db.execute(
    `insert into mail_suppressions (user_id, address, kind, since)
     select id, email, 'bounced', now() from users where username = '${robin.username}'`,
  )
  await signIn(page, robin.email, robin.password)
  await expect(page.getByText('We cannot mail you')).toBeVisible()
  await expect(page.getByText(`Mail to ${robin.email} came back`)).toBeVisible()
})
