import type { OutgoingEmail } from '@/server/mail/emails'
import type { CallOutcome, MailTransport } from '@/server/mail/transport'

/** A mail transport that keeps the emails in memory. `answerNext` queues other outcomes for the next calls. */
export function createMemoryTransport() {
  const calls: { key: string; emails: OutgoingEmail[] }[] = []
  const accepted: OutgoingEmail[] = []
  const answers: ((emails: OutgoingEmail[]) => CallOutcome | Promise<CallOutcome>)[] = []
  const transport: MailTransport = {
    async send(emails, key) {
      calls.push({ key, emails: structuredClone(emails) })
      const answer = answers.shift()
      if (answer) return answer(emails)
      accepted.push(...emails)
      return { kind: 'settled', outcomes: emails.map(({ id }) => ({ accepted: true, providerId: `memory-${id}` })) }
    },
  }
  return {
    transport,
    calls,
    accepted,
    answerNext: (...next: typeof answers) => void answers.push(...next),
    to: (address: string) => accepted.filter((email) => email.to === address),
  }
}

/** What is read of an email, composed or accepted by the fake Resend. */
interface ReadableEmail {
  subject: string
  text?: string | undefined
}

/**
 * The token of the only link in an email that changes a password or secures an account.
 * @throws Error unless the email has exactly one link.
 */
export function tokenIn(email: ReadableEmail | undefined): string {
  const tokens = [...(email?.text ?? '').matchAll(/(?<!stop-emails)[?&]token=([\w-]+)/g)].map((match) => match[1])
  if (tokens.length !== 1) throw new Error(`Expected one link, found ${tokens.length} in ${nameOf(email)}`)
  return tokens[0] as string
}

/**
 * The six-digit code in an email, which is on a line of its own.
 * @throws Error when the email has no code.
 */
export function codeIn(email: ReadableEmail | undefined): string {
  const code = /^(\d{6})$/m.exec(email?.text ?? '')?.[1]
  if (!code) throw new Error(`No code in ${nameOf(email)}`)
  return code
}

const nameOf = (email: ReadableEmail | undefined) =>
  email ? `the email "${email.subject}"` : 'undefined: there is no email'
