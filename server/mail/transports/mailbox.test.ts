import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

const root = await mkdtemp(path.join(os.tmpdir(), 'mailbox-'))
const dir = path.join(root, 'mails')
vi.stubEnv('EMBEDDED_DATABASE', '1')
vi.stubEnv('DATABASE_URL', 'postgres://nobody@localhost/none')
vi.stubEnv('APP_SECRET', 'the application secret of these tests')
vi.stubEnv('MAILBOX_DIR', dir)
// The environment is read once, on first use.
const { createMailboxTransport, listEmails, mailboxIsOn, readEmail } = await import('./mailbox')

beforeAll(() => vi.useFakeTimers({ toFake: ['Date'] }))
beforeEach(() => rm(dir, { recursive: true, force: true }))
afterAll(() => rm(root, { recursive: true }))

const transport = createMailboxTransport({ dir, from: 'Latchkey <accounts@example.com>' })
const mailTo = (to: string) => ({ id: randomUUID(), to, subject: `To ${to}`, html: '<p>Hi</p>', text: 'Hi' })

async function send(...mails: ReturnType<typeof mailTo>[]) {
  vi.setSystemTime(Date.now() + 1000)
  return transport.send(mails, 'key', new AbortController().signal)
}

describe('the development mailbox', () => {
  it('lays mails down to be read, the newest first', async () => {
    const first = mailTo('ada@example.com')
    expect(await send(first)).toMatchObject({ kind: 'settled', outcomes: [{ accepted: true }] })
    await send(mailTo('bob@example.com'))
    const mails = await listEmails()
    expect(mails.map((mail) => mail.to)).toEqual(['bob@example.com', 'ada@example.com'])
    const { id: _, ...words } = first
    expect(await readEmail(mails[1]?.id ?? '')).toMatchObject({
      ...words,
      from: 'Latchkey <accounts@example.com>',
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  })

  it('holds a mail once, however often it is sent', async () => {
    const mail = mailTo('ada@example.com')
    const [once, again] = [await send(mail), await send({ ...mail, subject: 'Again' })]
    expect(again).toEqual(once)
    expect((await listEmails()).map((kept) => kept.subject)).toEqual(['Again'])
  })

  it('keeps the last two hundred', async () => {
    await send(...Array.from({ length: 205 }, (_, n) => mailTo(`user${n}@example.com`)))
    await send(mailTo('last@example.com'))
    const mails = await listEmails()
    expect(mails).toHaveLength(200)
    expect(mails[0]?.to).toBe('last@example.com')
  })

  it('is readable by its owner alone', async () => {
    await send(mailTo('ada@example.com'))
    const [file] = await readdir(dir)
    expect((await stat(dir)).mode & 0o077).toBe(0)
    expect((await stat(path.join(dir, file as string))).mode & 0o077).toBe(0)
  })

  it('is empty, not broken, before the first mail', async () => {
    expect(mailboxIsOn()).toBe(true)
    expect(await listEmails()).toEqual([])
  })

  it('reads no file but its own', async () => {
    await writeFile(path.join(root, 'secret.json'), '{"id":"secret"}')
    await send(mailTo('ada@example.com'))
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
