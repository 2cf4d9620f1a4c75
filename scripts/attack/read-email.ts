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

/** Reads the development mailbox, through its pages. */
export function mailboxReader(client: HttpClient, account: string): EmailReader {
  const list = async () => {
    const { text } = await client.send({ path: '/dev/mailbox' })
    return [...text.matchAll(/<li>.*?href="(\/dev\/mailbox\/[^"]+)".*?<span>([^<]*@[^<]*)<\/span>/gs)].map(
      ([, path = '', to = '']) => ({ path, to: decoded(to) }),
    )
  }
  return {
    timeoutMs: 60_000,
    async newest() {
      const email = (await list()).find(({ to }) => to.toLowerCase() === account.toLowerCase())
      if (!email) return null
      const { text } = await client.send({ path: email.path })
      const [, shown = ''] = /<pre\b[^>]*>(.*?)<\/pre>/s.exec(text) ?? []
      return decoded(shown.replace(/<[^>]*>/g, ''))
    },
    recipients: async () => (await list()).map(({ to }) => to),
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#39': "'" }
const decoded = (html: string) => html.replace(/&(amp|lt|gt|quot|#x27|#39);/g, (_, name) => ENTITIES[name] ?? '')

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
