import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'

const dir = await mkdtemp(path.join(os.tmpdir(), 'mailbox-'))
vi.stubEnv('EMBEDDED_DATABASE', '1')
vi.stubEnv('DATABASE_URL', 'postgres://user@localhost/none')
vi.stubEnv('APP_SECRET', 'the application secret of these tests')
vi.stubEnv('MAILBOX_DIR', dir)
// The environment is read once, on first use.
const { createMailboxTransport } = await import('@/server/mail/transports/mailbox')
const { mailboxMessages } = await import('./mailbox-messages')

afterAll(() => rm(dir, { recursive: true }))

const LINK = 'http://localhost:3000/reset-password?token=abc'
const TEXT = `Choose a new password:\n${LINK}\n\nOr enter this code:\n\n012345\n\nOr stop: ${LINK}x\nAgain: ${LINK}\n`
const transport = createMailboxTransport({ dir, from: 'accounts@example.com' })

async function send(to: string, text: string) {
  const email = { id: randomUUID(), to, subject: `To ${to}`, html: '<p>Hi</p>', text }
  await transport.send([email], 'key', new AbortController().signal)
}

const messagesOf = async (query: string) => {
  const response = await mailboxMessages(new Request(`http://localhost:3000/dev/mailbox/messages.json${query}`))
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return response.json()
}

it('the emails are listed newest first, with their links and their code', async () => {
  expect(await messagesOf('')).toEqual([])
  vi.useFakeTimers({ toFake: ['Date'] })
  await send('ada@example.com', TEXT)
  vi.setSystemTime(Date.now() + 1000)
  await send('bob@example.com', 'Your number is 123456. No code.')
  vi.useRealTimers()
  expect(await messagesOf('')).toEqual([
    expect.objectContaining({ to: 'bob@example.com', links: [], code: null }),
    {
      id: expect.stringMatching(/^\d{15}-/),
      to: 'ada@example.com',
      subject: 'To ada@example.com',
      html: '<p>Hi</p>',
      text: TEXT,
      links: [LINK, `${LINK}x`],
      code: '012345',
    },
  ])
})

it('`to` lists the emails to one whole address, in upper or lower case', async () => {
  expect(await messagesOf('?to=ADA%40example.com')).toHaveLength(1)
  expect(await messagesOf('?to=ada')).toEqual([])
  expect(await messagesOf('?to=')).toEqual([])
})
