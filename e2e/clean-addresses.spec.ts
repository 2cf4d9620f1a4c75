import type { Page } from '@playwright/test'
import { send } from './contracts/http-client'
import { expect, test } from './fixtures'
import { expectHeading } from './page-actions'
import { resetByIntruder } from './secure-account-actions'
import { words } from './words'

const LINKS = [
  ['/secure-account', '/secure-account'],
  ['/secure-account/', '/secure-account'],
  ['/not-me', '/secure-account'], // in emails sent before the page got its present path
  ['/not-me/', '/secure-account'],
  ['/stop-emails', '/stop-emails'],
  ['/stop-emails/', '/stop-emails'],
] as const

test('an emailed link whose page has a button redirects to an address without its token, however it is opened', async ({
  baseURL,
}) => {
  for (const [path, page] of LINKS) {
    for (const [method, headers] of [
      ['GET', { accept: 'text/html' }],
      ['GET', { accept: '*/*', 'sec-purpose': 'prefetch;prerender', purpose: 'prefetch' }],
      ['HEAD', {}],
      ['GET', { 'x-forwarded-host': 'evil.example' }], // the demo refuses another Host; see contracts/conceal.spec.ts
    ] as [string, Record<string, string>][]) {
      const answer = await send(baseURL as string, { method, path: `${path}?token=abc_DEF-123&x=1`, headers })
      const what = `${method} ${path} ${JSON.stringify(headers)}`
      expect(answer.status, what).toBe(307)
      expect(answer.headers.location, what).toBe(`${baseURL}${page}`)
      expect(answer.headers['set-cookie'], what).toBe(
        `latchkey-${page.slice(1)}=abc_DEF-123; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`,
      )
      expect(answer.headers['cache-control'], what).toBe('no-store')
      expect(answer.headers['referrer-policy'], what).toBe('no-referrer')
      const { 'set-cookie': cookie, ...others } = answer.headers
      expect(JSON.stringify([others, answer.text]), what).not.toContain('abc_DEF-123')
    }
  }
  const old = await send(baseURL as string, { method: 'GET', path: '/not-me' })
  expect([old.status, old.headers.location, old.headers['set-cookie']]).toEqual([
    307,
    `${baseURL}/secure-account`,
    undefined,
  ])
})

/** The addresses and referrers that the browser used, and what scripts of the page can see of them. */
async function addressesSeen(page: Page, link: string) {
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url(), request.headers().referer ?? ''))
  await page.goto(link)
  await expectHeading(page, words('secureAccount.title'))
  const visible = await page.evaluate(() => [location.href, document.referrer, document.documentElement.outerHTML])
  return { sent: sent.filter((address) => address !== link), visible }
}

test('the token of the link is in no address, no history, no referrer and no page', async ({ page, newAccount }) => {
  const robin = await newAccount()
  const link = await resetByIntruder(page, robin)
  const token = link.split('token=')[1] as string
  for (const path of ['/secure-account', '/not-me']) {
    const { sent, visible } = await addressesSeen(page, link.replace('/secure-account', path))
    const direct = sent.filter((address) => !address.includes('/not-me?'))
    expect(JSON.stringify([direct, visible])).not.toContain(token)
    expect(await page.evaluate(() => document.cookie)).toBe('')
  }

  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.doneTitle'))
  expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('latchkey-secure-account')
  await page.goBack()
  expect(page.url()).not.toContain('token')
  await page.goto('/secure-account')
  await expectHeading(page, words('secureAccount.missingTitle'))
})

test('the button does nothing after another link was opened in the browser, and the page says so', {
  tag: '@all',
}, async ({ page, context, newAccount }) => {
  const [robin, mallory] = [await newAccount(), await newAccount()]
  const attack = await resetByIntruder(page, mallory)
  const link = await resetByIntruder(page, robin)
  await page.goto(link)
  await expectHeading(page, words('secureAccount.title'))
  const tab = await context.newPage()
  await tab.goto(attack)
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expect(page.getByRole('alert').filter({ hasText: words('errors.secret-changed') })).toBeVisible()
  await expect(page.getByRole('button', { name: words('retry.reload') })).toBeVisible()
  await page.goto(link)
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.doneTitle'))
})
