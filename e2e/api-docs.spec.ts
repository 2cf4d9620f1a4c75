import { expect, test } from '@playwright/test'

test('the API reference shows every contract, with files of this app only and within its security policy', async ({
  page,
  baseURL,
}) => {
  const complaints: string[] = []
  const foreignRequests: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const isOwn = /^(data|blob):/.test(request.url()) || new URL(request.url()).origin === baseURL
    if (!isOwn) foreignRequests.push(request.url())
  })

  const response = await page.goto('/api/docs')
  const policy = response?.headers()['content-security-policy'] ?? ''
  expect(/script-src ([^;]*)/.exec(policy)?.[1]).not.toContain('unsafe')
  for (const name of ['accounts', 'initiate', 'views', 'jwt', 'secure', 'v1', 'trpc']) {
    await expect(page.getByRole('heading', { name: new RegExp(`^${name}`) })).toBeVisible()
  }
  await page.getByText('/secure/reset-password/verify/').first().click()
  await expect(page.getByText('Invalid Verification code, Please enter a numeric code.').first()).toBeVisible()
  expect(complaints).toEqual([])
  expect(foreignRequests).toEqual([])
})
