import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import type { HttpClient } from './http-client'

/** Reads the emails that the deployment sends to the test account. */
export interface EmailReader {
  /** The text of the newest email to the account, or null. */
  newest(): Promise<string | null>
  /** The recipients of all emails, newest first, where the mailbox shows them. */
  recipients?(): Promise<string[]>
  timeoutMs: number
}

/** Reads the development mailbox. */
export function mailboxReader(client: HttpClient, account: string): EmailReader {
  const messages = async (query = ''): Promise<{ to: string; text: string }[]> => {
    const { status, text } = await client.send({ path: `/dev/mailbox/messages.json${query}` })
    return status === 200 ? JSON.parse(text) : []
  }
  return {
    timeoutMs: 60_000,
    newest: async () => (await messages(`?to=${encodeURIComponent(account)}`))[0]?.text ?? null,
    recipients: async () => (await messages()).map(({ to }) => to),
  }
}

/** Reads any mailbox: runs a shell command that prints the newest email to the account as text. */
export function commandReader(command: string): EmailReader {
  return {
    timeoutMs: 180_000,
    async newest() {
      const { stdout } = await promisify(exec)(command, { timeout: 60_000, maxBuffer: 10 * 1024 * 1024 })
      return stdout.trim() === '' ? null : stdout
    },
  }
}

const LINK =
  /https?:\/\/[^\s"'<>]*(?:\/api\/accounts\/forgot_password\?token=|\/reset-password\?token=|\/reset-password\/[\w-]+\/)[\w.-]+/

/** An email with a link and a code. */
export interface ResetEmail {
  text: string
  link: string
  /** The token in the link. */
  token: string
  code: string
}

/** The link and the code of an email, or null if it has none. */
export function parseResetEmail(text: string): ResetEmail | null {
  const link = LINK.exec(text)?.[0]
  const code = /^\s*(\d{6})\s*$/m.exec(text)?.[1]
  return link && code ? { text, link, token: /[\w.-]+$/.exec(link)?.[0] ?? '', code } : null
}
