import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { env } from '@/server/env'
import { EMAIL_HEADERS } from '@/server/mail/emails'
import type { MailTransport } from './transport'

/** The development mailbox: mails laid down as files, readable at /dev/mailbox, beside an embedded database. */

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

const KEPT = 200
const MAIL_ID = /^[0-9]{15}-[0-9a-f-]{36}$/

export function createMailboxTransport(options: { dir: string; from: string }): MailTransport {
  return {
    async send(mails) {
      await mkdir(options.dir, { recursive: true, mode: 0o700 })
      const outcomes = []
      for (const mail of mails) {
        const { to, subject, html, text } = mail
        // The outbox id names the file, so a retried mail replaces itself; the time in front sorts them.
        const present = (await readdir(options.dir)).find((name) => name.endsWith(`${mail.id}.json`))
        const id = present?.slice(0, -'.json'.length) ?? `${String(Date.now()).padStart(15, '0')}-${mail.id}`
        const at = new Date().toISOString()
        const letter: MailboxEmail = { id, at, from: options.from, to, subject, html, text, headers: EMAIL_HEADERS }
        const draft = path.join(/* turbopackIgnore: true */ options.dir, `.${randomUUID()}`)
        await writeFile(draft, JSON.stringify(letter), { mode: 0o600 })
        await rename(draft, path.join(/* turbopackIgnore: true */ options.dir, `${id}.json`))
        outcomes.push({ accepted: true as const, providerId: id })
      }
      await forgetOld(options.dir)
      return { kind: 'settled', outcomes }
    },
  }
}

async function forgetOld(dir: string) {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort()
  for (const name of names.slice(0, -KEPT))
    await unlink(path.join(/* turbopackIgnore: true */ dir, name)).catch(() => {})
}

/** True where mail is laid down here instead of being sent. */
export const mailboxIsOn = (): boolean => env().mailboxDir !== undefined

/** The mails in the mailbox, newest first. */
export async function listEmails(): Promise<MailboxEmail[]> {
  const dir = env().mailboxDir
  if (!dir) return []
  const names = await readdir(dir).catch(() => [])
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  const mails = await Promise.all(ids.sort().reverse().map(readEmail))
  return mails.filter((mail) => mail !== null)
}

/** One mail, or null when there is none of that id. */
export async function readEmail(id: string): Promise<MailboxEmail | null> {
  const dir = env().mailboxDir
  if (!dir || !MAIL_ID.test(id)) return null
  const text = await readFile(path.join(/* turbopackIgnore: true */ dir, `${id}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as MailboxEmail)
}
