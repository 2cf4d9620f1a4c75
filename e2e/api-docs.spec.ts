import { expect, test } from '@playwright/test'

test('the reference shows every contract, from files of this app alone and under its policy', async ({
  page,
  baseURL,
}) => {
  const complaints: string[] = []
  const elsewhere: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== baseURL) elsewhere.push(request.url())
  })

  const answer = await page.goto('/api/docs')
  const policy = answer?.headers()['content-security-policy'] ?? ''
  expect(/script-src ([^;]*)/.exec(policy)?.[1]).not.toContain('unsafe')
  for (const name of ['accounts', 'initiate', 'views', 'jwt', 'secure', 'v1', 'trpc']) {
    // A large script, on a machine that may be busy.
    await expect(page.getByRole('heading', { name: new RegExp(`^${name}`) })).toBeVisible({ timeout: 20_000 })
  }
  await page.getByText('/secure/reset-password/verify/').first().click()
  await expect(page.getByText('Invalid Verification code, Please enter a numeric code.').first()).toBeVisible()
  expect(complaints).toEqual([])
  expect(elsewhere).toEqual([])
})
