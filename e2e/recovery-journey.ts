import { expect, type Locator, type Page } from '@playwright/test'
import type { MailboxEmail } from '@/server/mail/transports/mailbox'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { codeIn, linkIn, waitForEmail } from './mailbox'
import { accountField, codeField, confirmPasswordField, expectHeading, passwordField } from './page-actions'
import type { Words } from './words'

/** The places of the journey, in its order. */
export type Place =
  | 'home'
  | 'forgot password'
  | 'is this you'
  | 'code'
  | 'email'
  | 'new password'
  | 'password changed'
  | 'sign in'
  | 'account'

/** Who takes the journey: how they use the pages, and what they must see. */
export interface Person {
  page: Page
  /** The texts in their language. */
  words: Words
  /** The name of the product. */
  brand: string
  mailboxDir: string
  javaScript: boolean
  /** Types a text into a field. */
  fill: (field: Locator, text: string) => Promise<void>
  /** Sends the form that was just filled in. */
  submit: (button: Locator) => Promise<void>
  /** Presses a button, or follows a link. */
  press: (control: Locator) => Promise<void>
  /** Looks at a page that has just opened. */
  look: (place: Place) => Promise<void>
  /** Reads an email. */
  read: (email: MailboxEmail) => Promise<void>
}

/** How people with a mouse or a touch screen use a page. */
export const byPointer: Pick<Person, 'fill' | 'submit' | 'press'> = {
  fill: (field, text) => field.fill(text),
  submit: (button) => button.click(),
  press: (control) => control.click(),
}

/**
 * From "I forgot my password" to being signed in with the new password: by the link of the email, or by its code. Both
 * emails are read on the way.
 */
export async function recover(person: Person, account: TestAccount, by: 'link' | 'code') {
  const { page, words } = person
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const arrive = async (place: Place, title: string) => {
    await expectHeading(page, title)
    await person.look(place)
  }

  await page.goto('/')
  await arrive('home', words('home.title'))
  await person.press(page.getByRole('link', { name: words('home.forgot') }))
  await arrive('forgot password', words('forgotPassword.title'))
  await person.fill(accountField(page, words), account.email)
  await person.submit(button(words('forgotPassword.submit')))
  await arrive('is this you', words('confirmAccount.title'))
  await expect(page.getByText(account.fullName)).toBeVisible()
  await person.press(button(words('confirmAccount.yes')))
  await arrive('code', words('code.title'))

  const email = await readEmail(person, account, 'passwordReset')
  expect(new URL(linkIn(email)).origin).toBe(new URL(page.url()).origin)
  if (by === 'link') {
    await page.goto(`/dev/mailbox/${email.id}`)
    await arrive('email', email.subject)
    const shown = page.frameLocator('iframe')
    await person.press(shown.getByRole('link', { name: words('email.passwordReset.button') }))
  } else {
    await enterCode(person, codeIn(email))
  }

  await arrive('new password', words('resetPassword.title'))
  expect(page.url()).not.toContain('token')
  await person.fill(passwordField(page, words), NEW_PASSWORD)
  await person.fill(confirmPasswordField(page, words), NEW_PASSWORD)
  await person.submit(button(words('resetPassword.submit')))
  await arrive('password changed', words('resetPassword.doneTitle'))
  await readEmail(person, account, 'passwordChanged')

  await person.press(page.getByRole('link', { name: words('resetPassword.signIn') }))
  await arrive('sign in', words('signIn.title'))
  await person.fill(accountField(page, words), account.username)
  await person.fill(page.getByLabel(words('field.password'), { exact: true }), NEW_PASSWORD)
  await person.submit(button(words('signIn.submit')))
  await arrive('account', words('account.title'))
}

/** Waits for an email, found by its subject in the person's language, and reads it. */
async function readEmail(person: Person, account: TestAccount, kind: 'passwordReset' | 'passwordChanged') {
  const { words, brand, mailboxDir } = person
  const email = await waitForEmail(mailboxDir, account.email, words(`email.${kind}.subject`, { brand }))
  expect(email.from).toContain(brand)
  const shown = words(`email.${kind}.lead`)
  for (const part of [shown, words('email.shared.greeting', { name: account.fullName })]) {
    expect(email.html).toContain(part)
    expect(email.text.replace(/\s+/g, ' ')).toContain(part)
  }
  await person.read(email)
  return email
}

/** The code is sent with its sixth digit, or without JavaScript by the button. Its field has the focus already. */
async function enterCode(person: Person, code: string) {
  const { page, words, javaScript } = person
  if (javaScript) return person.fill(codeField(page, words), code)
  // Playwright finds nothing in a <noscript> by its label.
  await person.fill(page.locator('noscript input[name=code]'), code)
  await person.submit(page.getByRole('button', { name: words('code.submit'), exact: true }))
}
