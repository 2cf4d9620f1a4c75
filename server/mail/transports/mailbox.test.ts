import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

const root = await mkdtemp(path.join(os.tmpdir(), 'mailbox-'))
const dir = path.join(root, 'emails')
vi.stubEnv('EMBEDDED_DATABASE', '1')
vi.stubEnv('DATABASE_URL', 'postgres://user@localhost/none')
vi.stubEnv('APP_SECRET', 'the application secret of these tests')
vi.stubEnv('MAILBOX_DIR', dir)
// The environment is read once, on first use.
const { createMailboxTransport, listEmails, mailboxIsOn, readEmail } = await import('./mailbox')

beforeAll(() => vi.useFakeTimers({ toFake: ['Date'] }))
beforeEach(() => rm(dir, { recursive: true, force: true }))
afterAll(() => rm(root, { recursive: true }))

const transport = createMailboxTransport({ dir, from: 'Latchkey <accounts@example.com>' })
const emailTo = (to: string) => ({ id: randomUUID(), to, subject: `To ${to}`, html: '<p>Hi</p>', text: 'Hi' })

async function send(...emails: ReturnType<typeof emailTo>[]) {
  vi.setSystemTime(Date.now() + 1000)
  return transport.send(emails, 'key', new AbortController().signal)
}

describe('the development mailbox', () => {
  it('stores emails and lists them, newest first', async () => {
    const first = emailTo('ada@example.com')
    expect(await send(first)).toMatchObject({ kind: 'settled', outcomes: [{ accepted: true }] })
    await send(emailTo('bob@example.com'))
    const emails = await listEmails()
    expect(emails.map((email) => email.to)).toEqual(['bob@example.com', 'ada@example.com'])
    const { id: _, ...content } = first
    expect(await readEmail(emails[1]?.id ?? '')).toMatchObject({
      ...content,
      from: 'Latchkey <accounts@example.com>',
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  })

  it('keeps an email once, however often it is sent', async () => {
    const email = emailTo('ada@example.com')
    const [once, again] = [await send(email), await send({ ...email, subject: 'Again' })]
    expect(again).toEqual(once)
    expect((await listEmails()).map((kept) => kept.subject)).toEqual(['Again'])
  })

  it('keeps the newest two hundred', async () => {
    await send(...Array.from({ length: 205 }, (_, n) => emailTo(`user${n}@example.com`)))
    await send(emailTo('last@example.com'))
    const emails = await listEmails()
    expect(emails).toHaveLength(200)
    expect(emails[0]?.to).toBe('last@example.com')
  })

  it('is readable only by its owner', async () => {
    await send(emailTo('ada@example.com'))
    const [file] = await readdir(dir)
    expect((await stat(dir)).mode & 0o077).toBe(0)
    expect((await stat(path.join(dir, file as string))).mode & 0o077).toBe(0)
  })

  it('is empty before the first email', async () => {
    expect(mailboxIsOn()).toBe(true)
    expect(await listEmails()).toEqual([])
  })

  it('reads no file except its own', async () => {
    await writeFile(path.join(root, 'secret.json'), '{"id":"secret"}')
    await send(emailTo('ada@example.com'))
    for (const id of [
      '',
      '../secret',
      '..%2fsecret',
      '/etc/passwd',
      `${'0'.repeat(15)}-../secret`,
      'a'.repeat(5000),
      randomUUID(),
    ]) {
      expect(await readEmail(id)).toBeNull()
    }
  })
})
