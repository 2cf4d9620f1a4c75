import { blockCodes, blockCountdown, endBlock, expectCountdown, recordSentCodes, secondsShown } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { codeField, expectHeading, openCodePage } from './page-actions'
import { words } from './words'

test('three wrong codes block every code for a minute, also the right one, but not the link', async ({
  page,
  newAccount,
  otherDevice,
  db,
}) => {
  const robin = await newAccount()
  const timer = blockCountdown(page)
  await page.clock.install()
  await openCodePage(page, robin.email)
  const { code, link } = await readResetEmail(robin)
  const sentCodes = recordSentCodes(page)
  const blockedSince = await blockCodes(page, code)
  await expect(codeField(page)).toBeFocused()
  await expect(page.getByText(words('code.blocked'))).toBeVisible()
  await expectCountdown(timer, 60, blockedSince)
  await page.clock.fastForward('00:10')
  await expect.poll(async () => secondsShown((await timer.textContent()) ?? '')).toBeLessThanOrEqual(50)
  await expectCountdown(timer, 50, blockedSince)

  // The page takes no input, typed or pasted. The server refuses a program that sends the right code.
  await page.keyboard.type(code)
  await expect(codeField(page)).toHaveValue('')
  expect(sentCodes).toHaveLength(3)
  const refused = await page.request.post('/api/trpc/recovery.verifyCode', { data: { code } })
  expect(refused.status()).toBe(429)
  expect((await refused.json()).error.data).toMatchObject({ reason: 'code-blocked' })

  // A reload gives no new tries, and neither does a request from another device.
  await page.reload()
  await expectCountdown(timer, 60, blockedSince)
  const phone = await otherDevice()
  await openCodePage(phone, robin.username)
  await expect(blockCountdown(phone)).toBeVisible()
  await phone.goto(link)
  await expectHeading(phone, words('resetPassword.title'))

  await endBlock(db, robin)
  await page.clock.fastForward('01:01')
  await expect(timer).toBeHidden()
  await expect(page.getByRole('status').filter({ hasText: words('code.unblockedTitle') })).toBeVisible()
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))
})

test('each block is twice as long as the one before, and the page shows its length', { tag: '@all' }, async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  for (const seconds of [60, 120, 240]) {
    await expectCountdown(blockCountdown(page), seconds, await blockCodes(page, code))
    await endBlock(db, robin)
    await page.reload()
    await expect(blockCountdown(page)).toBeHidden()
  }
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))
})

test('a block that began in one tab shows in another when its user comes back to it', { tag: '@all' }, async ({
  page,
  context,
  newAccount,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  const other = await context.newPage()
  await other.clock.install()
  await other.goto('/forgot-password/code')
  await expect(other.getByRole('button', { name: words('code.submit') })).toBeEnabled()
  await blockCodes(page, code)
  await other.clock.fastForward('00:11')
  await other.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await expect(blockCountdown(other)).toBeVisible()
})
