import { createServer } from 'node:net'
import { expect, inject, it } from 'vitest'
import { bundleCommand, npmCommand } from '@/server/testing/command'
import { startFakePooler } from '@/server/testing/fake-pooler'
import type {} from '@/server/testing/global-setup'

const start = await bundleCommand('scripts/start.ts')

const COMPLETE = {
  DATABASE_URL: 'postgres://latchkey:hidden-password@127.0.0.1:9/latchkey',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro',
  RESEND_API_KEY: 're_key',
  MAIL_FROM: 'accounts@example.com',
}

it.each([
  ['APP_SECRET', { APP_SECRET: 'too short' }, /32 bytes or longer/, /openssl rand/],
  ['APP_URL', { APP_URL: 'http://accounts.example.com' }, /must use https/, /https:\/\/accounts\.example\.com/],
  ['MAIL_FROM', { MAIL_FROM: '' }, /must be set to/, /accounts@example\.com/],
  ['ACCOUNT_DISCLOSURE', { ACCOUNT_DISCLOSURE: 'maybe' }, /one of conceal, reveal/, /conceal/],
])(
  'stops before any slow work when %s is invalid, and names it with an example',
  async (name, wrong, what, example) => {
    const { code, output } = await start({ ...COMPLETE, ...wrong })
    expect(code).toBe(1)
    expect(output).toContain(name)
    expect(output).toMatch(what)
    expect(output).toMatch(example)
    expect(output).not.toContain('    at ')
  },
)

it('says in one line which database cannot be reached, without the password', async () => {
  const { code, output } = await start(COMPLETE)
  expect(code).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toContain('DATABASE_URL')
  expect(output).toContain('127.0.0.1:9')
  expect(output).not.toContain('hidden-password')
})

it('says in one line that the database is behind a pooler, and names the setting', async () => {
  const pooler = await startFakePooler(inject('postgres').url, 'ignore')
  const { code, output } = await start({ ...COMPLETE, DATABASE_URL: pooler.url })
  pooler.close()
  expect(code).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toContain('DATABASE_POOLING=transaction')
  expect(output).not.toContain(new URL(pooler.url).password)
})

it('says in one line that the port is in use', async () => {
  const server = createServer().listen(0)
  const { port } = server.address() as { port: number }
  const { code, output } = await npmCommand('scripts/start.ts')({ ...COMPLETE, PORT: String(port) })
  server.close()
  expect(code).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toContain(String(port))
})
