import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { expectHeading, openAccountPage, openCodePage, openEmail, showText } from './page-actions'
import { words } from './words'

test('an owner who gets emails that they did not ask for stops them, and allows them again', async ({
  page,
  newAccount,
  otherDevice,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await readResetEmail(robin)
  const owner = await otherDevice()
  await openEmail(owner, robin.email, words('email.passwordReset.subject', { brand: 'Latchkey' }))
  await showText(owner)
  const link = (await owner.getByRole('link', { name: /stop-emails/ }).getAttribute('href')) as string
  const token = link.split('token=')[1] as string
  const isStopped = async () => {
    const device = await otherDevice()
    await openAccountPage(device, robin, robin.password)
    return device.getByText(words('account.suppressionTitle')).isVisible()
  }

  await owner.goto(link)
  await expectHeading(owner, words('stopEmails.title'))
  expect(new URL(owner.url()).search).toBe('')
  expect(await owner.content()).not.toContain(token)
  expect(await isStopped()).toBe(false)

  await owner.getByRole('button', { name: words('stopEmails.submit') }).click()
  await expect(owner.getByRole('heading', { name: words('stopEmails.stoppedTitle') })).toBeFocused()
  await expect(
    owner.getByText(words.markup('stopEmails.stopped', { time: () => '' }).replace(/ \.$/, '')),
  ).toContainText(/\d{2}:\d{2}/)
  expect(await isStopped()).toBe(true)

  await owner.getByRole('button', { name: words('stopEmails.allow') }).click()
  await expect(owner.getByRole('heading', { name: words('stopEmails.allowedTitle') })).toBeFocused()
  expect(await isStopped()).toBe(false)

  // The cookie is used up. The link in the email still works.
  await owner.goto('/stop-emails')
  await expectHeading(owner, words('stopEmails.missingTitle'))
  await owner.goto(link.replace(token, 'x'.repeat(64)))
  await owner.getByRole('button', { name: words('stopEmails.submit') }).click()
  await expect(owner.getByText(words('stopEmails.deadBody'))).toBeVisible()
  await expect(owner.getByRole('link', { name: words('stopEmails.newEmail') })).toHaveAttribute(
    'href',
    '/forgot-password',
  )
})
