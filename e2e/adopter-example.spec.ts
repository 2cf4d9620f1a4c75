import { expect, test } from '@playwright/test'

const LATCHKEY = process.env.E2E_URL ?? 'http://localhost:3000'

test('a person who forgot their password gets back in', async ({ page, request }) => {
  await page.goto(`${LATCHKEY}/forgot-password`)
  await page.getByLabel('Email or username').fill('jane@example.com')
  await page.getByRole('button', { name: 'Email me a link and a code' }).click()
  await page.getByRole('button', { name: 'Yes, send the email' }).click()
  await expect(page.getByRole('heading', { name: 'Check your email' })).toBeVisible()

  const mailbox = `${LATCHKEY}/dev/mailbox/messages.json?to=jane@example.com`
  let code = ''
  await expect(async () => {
    const [newest] = await (await request.get(mailbox)).json()
    code = newest.code
  }).toPass()

  await page.getByLabel('Six-digit code').fill(code)
  await page.getByLabel('New password', { exact: true }).fill('quiet harbour lanterns')
  await page.getByLabel('New password again', { exact: true }).fill('quiet harbour lanterns')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByRole('heading', { name: 'Password changed' })).toBeVisible()
})
