import { sql } from 'drizzle-orm'
import { expect, test } from './fixtures'
import { accountField, expectHeading } from './page-actions'
import { words } from './words'

test('with ACCOUNT_DISCLOSURE=reveal, people see the account before an email is sent', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount('Robin "Redbreast" Reader')
  await db.execute(sql`update latchkey.users set picture = '/no-such-picture.png' where username = ${robin.username}`)
  const emailRequests: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (request.method() === 'POST' && pathname.endsWith('recovery.request')) emailRequests.push(pathname)
    expect(search, 'the account is never part of an address').not.toContain(robin.username)
  })
  const submit = page.getByRole('button', { name: words('forgotPassword.submit') })
  await page.goto('/forgot-password')
  await accountField(page).fill(robin.username)
  await submit.click()
  await expect(page.getByRole('heading', { name: words('confirmAccount.title') })).toBeFocused()
  await expect(page.getByText(robin.fullName)).toBeVisible()
  await expect(page.getByText('r•••@e•••.com')).toBeVisible()
  await expect(page.locator('main')).not.toContainText(robin.email)
  await expect(page.locator('main img')).toHaveJSProperty('naturalWidth', 64)
  await page.getByRole('button', { name: words('confirmAccount.no') }).click()
  await expect(accountField(page)).toBeFocused()
  await expect(accountField(page)).toHaveValue(robin.username)
  expect(emailRequests).toEqual([])
  await submit.click()
  await page.getByRole('button', { name: words('confirmAccount.yes') }).dblclick()
  await expectHeading(page, words('code.title'))
  expect(emailRequests).toEqual(['/api/trpc/recovery.request'])
})
