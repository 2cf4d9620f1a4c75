import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

/** Runs `npm start`'s own script with nothing in its environment but what is given. */
function start(variables: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], {
    cwd: ROOT,
    env: { PATH, HOME, NODE_ENV: 'production', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output: output.trim() })))
}

const COMPLETE = {
  DATABASE_URL: 'postgres://latchkey:hidden-password@127.0.0.1:9/latchkey',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: 'x'.repeat(32),
  RESEND_API_KEY: 're_key',
  MAIL_FROM: 'accounts@example.com',
}

it.each([
  ['APP_SECRET', { APP_SECRET: 'too short' }, /32 bytes or more/, /openssl rand/],
  ['APP_URL', { APP_URL: 'http://accounts.example.com' }, /must use https/, /https:\/\/accounts\.example\.com/],
  ['MAIL_FROM', { MAIL_FROM: '' }, /missing/, /accounts@example\.com/],
  ['ACCOUNT_DISCLOSURE', { ACCOUNT_DISCLOSURE: 'maybe' }, /one of: conceal, reveal/, /conceal/],
])(
  'stops before anything slow when %s will not do, and names it with an example',
  async (name, wrong, what, example) => {
    const { code, output } = await start({ ...COMPLETE, ...wrong })
    expect(code).toBe(1)
    expect(output).toContain(name)
    expect(output).toMatch(what)
    expect(output).toMatch(example)
    expect(output).not.toContain('    at ')
  },
)

it('says in one line which database cannot be reached, without its password', async () => {
  const { code, output } = await start(COMPLETE)
  expect(code).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toContain('DATABASE_URL')
  expect(output).toContain('127.0.0.1:9')
  expect(output).not.toContain('hidden-password')
})

it('says in one line that the port is used', async () => {
  const server = createServer().listen(0)
  const { port } = server.address() as { port: number }
  const { code, output } = await start({ ...COMPLETE, PORT: String(port) })
  server.close()
  expect(code).toBe(1)
  expect(output.split('\n')).toHaveLength(1)
  expect(output).toContain(String(port))
})
