import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from './embedded-postgres'
import { ROOT } from './environment'

/** True when the database answers. */
async function answers(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const rows = await sql`select 1`.catch(() => [])
  await sql.end({ timeout: 0 })
  return rows.length === 1
}

describe('the embedded PostgreSQL', () => {
  let folder: string
  let dataDir: string
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-embedded-'))
    await fs.chmod(folder, 0o711)
    dataDir = path.join(folder, 'postgres')
  })
  afterAll(() => fs.rm(folder, { recursive: true }))

  test('serves two who start it at once, until the last of them leaves', async () => {
    const [first, second] = await Promise.all([startEmbeddedPostgres({ dataDir }), startEmbeddedPostgres({ dataDir })])
    expect(first.url).toBe(second.url)
    await first.stop()
    expect(await answers(second.url)).toBe(true)
    await second.stop()
    expect(await answers(second.url)).toBe(false)
  })

  test('keeps its password from others', async () => {
    expect((await fs.stat(path.join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
  })

  test('is taken over from a start that was killed, and stopped in the end', async () => {
    const code = `
      import { startEmbeddedPostgres } from '@/scripts/embedded-postgres'
      console.log((await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })).url)`
    const killed = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { cwd: ROOT })
    const [url] = await once(killed.stdout, 'data')
    killed.kill('SIGKILL')
    await once(killed, 'exit')

    const server = await startEmbeddedPostgres({ dataDir })
    expect(server.url).toBe(String(url).trim())
    await server.stop()
    expect(await answers(server.url)).toBe(false)
  })

  test('starts over a lock file that names a process of somebody else', async () => {
    const lock = path.join(dataDir, 'postmaster.pid')
    await fs.writeFile(
      lock,
      `${process.pid}\n${dataDir}\n1700000000\n5432\n\n127.0.0.1\n         0         0\nready   \n`,
    )
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await fs.utimes(lock, anHourAgo, anHourAgo)
    const server = await startEmbeddedPostgres({ dataDir })
    expect(await answers(server.url)).toBe(true)
    await server.stop()
  })
})
