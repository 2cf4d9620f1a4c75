import { codeInText, listEmails, type MailboxEmail, mailboxIsOn } from '@/server/mail/transports/mailbox'

const HEADERS = { 'cache-control': 'no-store' }

/** An email of the development mailbox, for programs. */
export interface MailboxMessage {
  id: string
  to: string
  subject: string
  text: string
  html: string
  /** Every address in the text, in order of appearance, without duplicates. */
  links: string[]
  /** The six-digit code, or null if the email has none. */
  code: string | null
}

/**
 * `GET /dev/mailbox/messages.json?to=…`: the emails in the development mailbox, newest first, for browser tests of
 * applications that use this app. `to` is a whole address in any case; without it, every email is listed. 404 unless
 * emails are stored in the mailbox. As for its pages, the demo answers this machine and its own host only.
 */
export async function mailboxMessages(request: Request): Promise<Response> {
  if (!mailboxIsOn()) return Response.json({ error: 'not found' }, { status: 404, headers: HEADERS })
  const to = new URL(request.url).searchParams.get('to')?.toLowerCase()
  const emails = (await listEmails()).filter((email) => to === undefined || email.to.toLowerCase() === to)
  return Response.json(emails.map(present), { headers: HEADERS })
}

const present = ({ id, to, subject, text, html }: MailboxEmail): MailboxMessage => ({
  id,
  to,
  subject,
  text,
  html,
  links: [...new Set(text.match(/https?:\/\/[^\s<>"]+/g))],
  code: codeInText(text),
})
