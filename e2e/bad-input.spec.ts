import { connect } from 'node:net'
import { choosePassword, expect, linkInEmail, NEW_PASSWORD, openEmail, requestEmail, signIn, test } from './people'

test('a form that is empty or malformed says what is missing and loses nothing', async ({ page }) => {
  await page.goto('/forgot-password')
  const account = page.getByLabel('Email or username')
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(account).toHaveAccessibleDescription(/Type your email address or username/)
  await expect(account).toBeFocused()
  await account.fill('two@example.com, more@example.com')
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(account).toHaveAccessibleDescription(/neither an email address nor a username/)
  await expect(account).toHaveValue('two@example.com, more@example.com')

  await account.fill('x'.repeat(100_000))
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(account).toHaveAccessibleDescription(/neither an email address nor a username/)

  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByLabel('Email or username')).toBeFocused()
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/Type a password/)
})

test('an account that does not exist is told under reveal, and what was typed stays', async ({ page }) => {
  await page.goto('/forgot-password')
  const account = page.getByLabel('Email or username')
  await account.fill('nobody-at-all@example.com')
  await page.getByRole('button', { name: 'Mail me' }).click()
  await expect(account).toHaveAccessibleDescription(/No account has this email address/)
  await expect(account).toHaveValue('nobody-at-all@example.com')
})

test('a refused password burns nothing, and says why', async ({ page, newPerson }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto(await linkInEmail(page))
  const password = page.getByLabel('New password', { exact: true })
  for (const [typed, reason] of [
    ['short', /at least 8 characters/],
    ['password1', /Too many people use this password/],
    ['aaaaaaaaaaaa', /repeats or follows a pattern/],
    [`${robin.username}1`, /your name, your address/],
  ] as const) {
    await choosePassword(page, typed)
    await expect(password).toHaveAccessibleDescription(reason)
    await expect(password).toHaveValue(typed)
  }
  await choosePassword(page, NEW_PASSWORD, 'something else here')
  await expect(page.getByRole('textbox', { name: 'New password again' })).toHaveAccessibleDescription(/differ/)
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
})

test('a double click changes the password once, and the back button explains itself', async ({ page, newPerson }) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto(await linkInEmail(page))
  const calls: number[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('/recovery.resetPassword')) calls.push(response.status())
  })
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD)
  await page.getByRole('textbox', { name: 'New password again' }).fill(NEW_PASSWORD)
  await page.getByRole('button', { name: 'Change my password' }).dblclick()
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
  expect(calls).toEqual([200])

  await page.getByRole('link', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.goBack()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This link was already used' })).toBeVisible()
})

test('two tabs with one link: one changes the password, the other is told', async ({
  page,
  newPerson,
  otherBrowser,
}) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  const link = await linkInEmail(page)
  const other = await otherBrowser()
  await page.goto(link)
  await other.page.goto(link)
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
  await choosePassword(other.page, 'another lantern river 9')
  await expect(other.page.getByText('This link was already used. Each link works once.')).toBeVisible()
  await expect(other.page.getByLabel('New password', { exact: true })).toHaveValue('another lantern river 9')
  await signIn(page, robin.email, NEW_PASSWORD)
})

test('a link that expires while somebody types says so, and what was typed is still there', async ({
  page,
  newPerson,
  db,
}) => {
  const robin = await newPerson()
  await requestEmail(page, robin.email)
  await openEmail(page, robin.email, 'Choose a new password')
  await page.goto(await linkInEmail(page))
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD)
  await db.execute(
    `update password_reset_tokens set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'
     where user_id = (select id from users where username = '${robin.username}')`,
  )
  await page.getByRole('textbox', { name: 'New password again' }).fill(NEW_PASSWORD)
  await page.getByRole('button', { name: 'Change my password' }).click()
  await expect(page.getByText('This link has expired.')).toBeVisible()
  await expect(page.getByLabel('New password', { exact: true })).toHaveValue(NEW_PASSWORD)
  await expect(page.getByRole('link', { name: 'Send me a new link' })).toBeVisible()
})

test('what programs may send wrongly gets a 4xx that leaks nothing', async ({ request, baseURL }) => {
  const call = (name: string, body: string, headers: Record<string, string> = {}) =>
    request.post(`${baseURL}/api/trpc/${name}`, {
      data: Buffer.from(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '"john"',
    '{"account":null}',
    '{"account":["john@example.com","eve@example.com"]}',
    '{"account":{"toString":"john@example.com"}}',
    '{"account":"john@example.com\\r\\nBcc: eve@example.com"}',
    '{"account":"john@example.com\\u0000"}',
    '{"account":"\\ud800@example.com"}',
    '{"__proto__":{"account":"john@example.com"}}',
  ]
  for (const body of bodies) {
    const answer = await call('recovery.request', body)
    expect([400, 404], body).toContain(answer.status())
    expect(await answer.text()).not.toMatch(/stack|node_modules|\bat\s.+:\d+|select |insert /i)
  }
  expect((await call('recovery.request', `{"account":"${'x'.repeat(20_000)}"}`)).status()).toBe(413)
  expect((await call('recovery.request', 'account=john', { 'content-type': 'text/plain' })).status()).toBe(415)
  expect((await call('recovery.request', '{"account":"john"}', { origin: 'https://evil.example' })).status()).toBe(403)
  expect((await call('recovery.request', '{"account":"john"}', { 'sec-fetch-site': 'cross-site' })).status()).toBe(403)
  expect((await request.get(`${baseURL}/api/trpc/recovery.request`)).status()).toBe(405)
  expect((await call('recovery.nothing', '{}')).status()).toBe(404)
  expect((await call('recovery.resetPassword', '{"token":"x","password":"y","confirmPassword":"z"}')).status()).toBe(
    400,
  )
  for (const token of ['', 'null', '%00', '%2525', 'a'.repeat(5000), '../../etc', '😀']) {
    const answer = await request.get(`${baseURL}/api/accounts/forgot_password?token=${token}`, { maxRedirects: 0 })
    expect(answer.status(), token).toBe(400)
  }
})

test('an upgrade to another protocol is answered as the plain request it is, and its socket ends', async ({
  baseURL,
}) => {
  const { hostname, port } = new URL(baseURL as string)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text)).on('error', reject)
    socket.write('GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  expect(answer).toMatch(/content-security-policy/i)
})

test('a part of a file that does not exist is no error of ours', async ({ request }) => {
  const answer = await request.get('/avatar.svg', { headers: { range: 'bytes=99999-', 'if-match': '"x"' } })
  expect(answer.status()).toBe(200)
})
