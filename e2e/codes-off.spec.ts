import { nearCodesOff, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { choosePassword, codeField, expectHeading, openCodePage } from './page-actions'
import { words } from './words'

test('after thirty wrong codes the page takes no code any more and sends people to the link, which turns codes on again', async ({
  page,
  newAccount,
  otherDevice,
  db,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code, link } = await readResetEmail(robin)
  await codeField(page).fill(wrongCode(code))
  await expect(codeField(page)).toHaveAccessibleDescription(/2 tries left/)
  await nearCodesOff(db, robin)
  await codeField(page).fill(wrongCode(code, 2))
  await expect(page.getByRole('heading', { name: words('code.offTitle') })).toBeFocused()
  await expect(codeField(page)).toBeHidden()
  await expect(page.getByText(words('code.off'))).toBeVisible()
  await expect(page.getByText(words('code.linkTitle'))).toBeHidden()

  await page.reload()
  await expectHeading(page, words('code.offTitle'))
  await expect(codeField(page)).toBeHidden()
  const refused = await page.request.post('/api/trpc/recovery.verifyCode', { data: { code } })
  expect((await refused.json()).error.data).toMatchObject({ reason: 'codes-off' })
  const phone = await otherDevice()
  await openCodePage(phone, robin.username, words('code.offTitle'))
  await expect(codeField(phone)).toBeHidden()

  await page.goto(link)
  await choosePassword(page, 'plum river lantern 43')
  await expectHeading(page, words('resetPassword.doneTitle'))
  await openCodePage(phone, robin.email)
  await expect(codeField(phone)).toBeVisible()
})
