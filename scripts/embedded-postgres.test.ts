import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startEmbeddedPostgres, startTemporaryPostgres } from './embedded-postgres'
import { ROOT } from './environment'

async function isRunning(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const rows = await sql`select 1`.catch(() => [])
  await sql.end({ timeout: 0 })
  return rows.length === 1
}

/** Starts a process that evaluates an expression of this module and prints the URL of the server. */
async function startInProcess(expression: string): Promise<{ child: ChildProcess; url: string }> {
  const code = `
    import { startEmbeddedPostgres, startTemporaryPostgres } from '@/scripts/embedded-postgres'
    console.log((await ${expression}).url)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { cwd: ROOT })
  const [url] = await once(child.stdout, 'data')
  return { child, url: String(url).trim() }
}

async function kill(child: ChildProcess) {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('the embedded PostgreSQL', () => {
  let folder: string
  let dataDir: string
  beforeAll(async () => {
    // A path with characters that a shell would interpret.
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "latchkey embedded's $HOME "))
    await fs.chmod(folder, 0o711)
    dataDir = path.join(folder, 'postgres')
  })
  afterAll(async () => {
    await fs.rm(path.dirname(await fs.realpath(dataDir)), { recursive: true })
    await fs.rm(folder, { recursive: true, force: true })
  })

  test('is shared by two starts at the same time, and stopped when the last one leaves', async () => {
    const [first, second] = await Promise.all([startEmbeddedPostgres({ dataDir }), startEmbeddedPostgres({ dataDir })])
    expect(first.url).toBe(second.url)
    await first.stop()
    expect(await isRunning(second.url)).toBe(true)
    await second.stop()
    expect(await isRunning(second.url)).toBe(false)
  })

  test('keeps its password in a file that only its owner can read', async () => {
    expect((await fs.stat(path.join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
  })

  test('is taken over from a process that was killed, and stopped at the end', async () => {
    const { child, url } = await startInProcess(`startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })`)
    await kill(child)
    const server = await startEmbeddedPostgres({ dataDir })
    expect(server.url).toBe(url)
    await server.stop()
    expect(await isRunning(url)).toBe(false)
  })

  test('starts although a stale lock file names the process of another program', async () => {
    const lock = path.join(dataDir, 'postmaster.pid')
    const lines = [process.pid, dataDir, 1_700_000_000, 5432, '', '127.0.0.1', '         0         0', 'ready   ']
    await fs.writeFile(lock, `${lines.join('\n')}\n`)
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await fs.utimes(lock, anHourAgo, anHourAgo)
    const server = await startEmbeddedPostgres({ dataDir })
    expect(await isRunning(server.url)).toBe(true)
    await server.stop()
  })
})

describe('a temporary PostgreSQL', () => {
  const dataDirectory = async (url: string) => {
    const sql = postgres(url, { max: 1 })
    const [row] = await sql`show data_directory`
    await sql.end()
    return row?.data_directory as string
  }

  test('keeps its port and data when it restarts, and is removed with its data when it stops', async () => {
    const server = await startTemporaryPostgres()
    const dataDir = await dataDirectory(server.url)
    const sql = postgres(server.url, { max: 1 })
    await sql`create table kept ()`
    await sql.end()
    await server.restart()
    const again = postgres(server.url, { max: 1 })
    expect(await again`select to_regclass('kept') as name`).toEqual([{ name: 'kept' }])
    await again.end()
    await server.stop()
    expect(await isRunning(server.url)).toBe(false)
    expect(existsSync(path.dirname(dataDir))).toBe(false)
  })

  test('is removed with its data when the process that started it is killed', async () => {
    const { child, url } = await startInProcess('startTemporaryPostgres()')
    const dataDir = await dataDirectory(url)
    await kill(child)
    await vi.waitFor(() => expect(existsSync(path.dirname(dataDir))).toBe(false), { timeout: 60_000, interval: 50 })
    expect(await isRunning(url)).toBe(false)
  })
})
