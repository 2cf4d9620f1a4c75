import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from '@playwright/test'
import type { MailboxEmail } from '@/server/mail/transports/mailbox'
import { words } from './words'

/** The emails to one address in an app's development mailbox, the oldest first. */
async function readEmails(mailboxDir: string, address: string): Promise<MailboxEmail[]> {
  const names = (await readdir(mailboxDir).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  const emails = await Promise.all(names.map((name) => readOnce(path.join(mailboxDir, name))))
  return emails.filter((email) => email !== null).filter((email) => email.to === address)
}

const read = new Map<string, MailboxEmail>()

/** Reads an email of the mailbox. Tests list the mailbox often, so each file is read once only: it never changes. */
async function readOnce(file: string): Promise<MailboxEmail | null> {
  const known = read.get(file)
  if (known) return known
  // The mailbox keeps the newest 200 emails, so a file may be gone by the time it is read.
  const email = JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as MailboxEmail | null
  if (email) read.set(file, email)
  return email
}

/** The emails to one address with this subject, the oldest first. */
export async function emailsTo(mailboxDir: string, address: string, subject: string): Promise<MailboxEmail[]> {
  return (await readEmails(mailboxDir, address)).filter((email) => email.subject === subject)
}

/** Waits until `find` finds `count` emails and returns the newest. */
async function waitForNewest(what: string, find: () => Promise<MailboxEmail[]>, count: number) {
  let emails: MailboxEmail[] = []
  const options = { message: `emails ${what}`, intervals: [20, 50, 100], timeout: 60_000 }
  await expect
    .poll(async () => {
      emails = await find()
      return emails.length
    }, options)
    .toBe(count)
  return emails.at(-1) as MailboxEmail
}

/** Waits until there are `count` emails with this subject and returns the newest. */
export const waitForEmail = (mailboxDir: string, address: string, subject: string, count = 1) =>
  waitForNewest(`"${subject}" to ${address}`, () => emailsTo(mailboxDir, address, subject), count)

/** Waits until there are `count` emails with a link to this path, in any language, and returns the newest. */
export const waitForEmailWith = (mailboxDir: string, address: string, linkPath: string, count = 1) =>
  waitForNewest(
    `with ${linkPath} to ${address}`,
    async () => (await readEmails(mailboxDir, address)).filter(({ text }) => text.includes(`${linkPath}?token=`)),
    count,
  )

/** The link with a token in the text of an email. */
export const linkIn = ({ text }: { text: string }): string => /https?:\S+token=\S+/.exec(text)?.[0] ?? ''

/** The six-digit code in the text of an email. */
export const codeIn = ({ text }: { text: string }): string => /^\s*(\d{6})\s*$/m.exec(text)?.[1] ?? ''

/** Waits for the newest reset email of the shared app to an account, the `count`-th so far. */
export async function readResetEmail({ email }: { email: string }, count = 1) {
  const dir = process.env.E2E_MAILBOX_DIR as string
  const received = await waitForEmail(dir, email, words('email.passwordReset.subject', { brand: 'Latchkey' }), count)
  return { code: codeIn(received), link: linkIn(received) }
}
