import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { env } from '@/server/env'
import { EMAIL_HEADERS } from '@/server/mail/emails'
import type { MailTransport } from '@/server/mail/transport'

/** The development mailbox: emails are stored as files, and shown at /dev/mailbox, while the database is embedded. */

export interface MailboxEmail {
  id: string
  at: string
  from: string
  to: string
  subject: string
  html: string
  text: string
  headers: Record<string, string>
}

const MAX_EMAILS = 200
const EMAIL_ID = /^[0-9]{15}-[0-9a-f-]{36}$/

/** A transport that stores emails as files in `dir`, of which it keeps the newest 200. */
export function createMailboxTransport(options: { dir: string; from: string }): MailTransport {
  return {
    async send(emails) {
      await mkdir(options.dir, { recursive: true, mode: 0o700 })
      const outcomes = []
      for (const { id: rowId, to, subject, html, text } of emails) {
        // Named by its row, so that a retry replaces the file. The time comes first, so that names sort by time.
        const present = (await readdir(options.dir)).find((name) => name.endsWith(`${rowId}.json`))
        const id = present?.slice(0, -'.json'.length) ?? `${String(Date.now()).padStart(15, '0')}-${rowId}`
        const at = new Date().toISOString()
        const email: MailboxEmail = { id, at, from: options.from, to, subject, html, text, headers: EMAIL_HEADERS }
        const draft = path.join(/* turbopackIgnore: true */ options.dir, `.${randomUUID()}`)
        await writeFile(draft, JSON.stringify(email), { mode: 0o600 })
        await rename(draft, path.join(/* turbopackIgnore: true */ options.dir, `${id}.json`))
        outcomes.push({ accepted: true as const, providerId: id })
      }
      await removeOldEmails(options.dir)
      return { kind: 'settled', outcomes }
    },
  }
}

async function removeOldEmails(dir: string) {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort()
  for (const name of names.slice(0, -MAX_EMAILS))
    await unlink(path.join(/* turbopackIgnore: true */ dir, name)).catch(() => {})
}

/** True if emails are stored here instead of being sent. */
export const mailboxIsOn = (): boolean => env().mailboxDir !== undefined

/** The emails in the mailbox, newest first. */
export async function listEmails(): Promise<MailboxEmail[]> {
  const dir = env().mailboxDir
  if (!dir) return []
  const names = await readdir(dir).catch(() => [])
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  const emails = await Promise.all(ids.sort().reverse().map(readEmail))
  return emails.filter((email) => email !== null)
}

/** The email with this id; null if there is none. */
export async function readEmail(id: string): Promise<MailboxEmail | null> {
  const dir = env().mailboxDir
  if (!dir || !EMAIL_ID.test(id)) return null
  const text = await readFile(path.join(/* turbopackIgnore: true */ dir, `${id}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as MailboxEmail)
}

/** The six-digit code in an email's text, on a line of its own; null if there is none. */
export const codeInText = (text: string): string | null => /^\s*(\d{6})\s*$/m.exec(text)?.[1] ?? null
