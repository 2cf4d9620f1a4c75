import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bundleProgram } from '@/server/testing/program'

const PARENT = path.join(import.meta.dirname, 'parent.mjs')
/** Makes all pauses of the parent a hundred times shorter. */
const FAST_CLOCK = `data:text/javascript,const set=setTimeout;globalThis.setTimeout=(f,ms,...a)=>set(f,ms/100,...a)`

let folder: string
let program: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-processes-'))
  program = await bundleProgram('shared-port-program.ts', folder)
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

interface Answer {
  pid: number
  number: number
  woken: number
  isHolding: boolean
  attributes: string
}

async function startProcesses(count: number, variables: Record<string, string> = {}) {
  const port = await getPort()
  const own = { NODE_ENV: 'production', WEB_CONCURRENCY: String(count), PORT: String(port) } as const
  const parent: ChildProcess = spawn(process.execPath, ['--import', FAST_CLOCK, PARENT, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...own, ...variables },
  })
  let output = ''
  for (const stream of [parent.stdout, parent.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const ended = once(parent, 'close').then(([code]) => code)
  onTestFinished(async () => {
    parent.kill('SIGKILL')
    await ended
  })
  const ask = async (what = ''): Promise<Answer> =>
    (await fetch(`http://127.0.0.1:${port}/${what}`, { headers: { connection: 'close' } })).json() as Promise<Answer>
  /** Asks until this process has answered: connections go to the processes in turn. */
  const askProcess = (number: number, what = 'answer') =>
    vi.waitFor(
      async () => {
        // A connection may be cut off when its process is killed.
        const answer = await ask(`${what}/${number}`)
        if (answer.number !== number) throw new Error(`process ${answer.number} answered`)
        return answer
      },
      { timeout: 30_000, interval: 20 },
    )
  return { parent, ended, ask, askProcess, output: () => output }
}

describe('several server processes', () => {
  it('share a port, and what they measure is told apart', async () => {
    const { askProcess, output } = await startProcesses(2, { OTEL_RESOURCE_ATTRIBUTES: 'deployment=blue' })
    const answers = [await askProcess(1), await askProcess(2)]
    expect(answers[0]?.pid).not.toBe(answers[1]?.pid)
    const ids = answers.map(
      ({ attributes }) => /^deployment=blue,service\.instance\.id=(\S{36})$/.exec(attributes)?.[1],
    )
    expect(new Set(ids).size).toBe(2)
    expect(ids).not.toContain(undefined)
    await askProcess(1, 'log')
    await vi.waitFor(() => expect(output()).toContain('a line of the log'), { timeout: 30_000 })
    const lines = output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.filter(({ msg }) => msg === 'server process ready').map(({ process }) => process)).toEqual([1, 2])
  })

  it('wake the first one, which sends emails, and no other', async () => {
    const { askProcess } = await startProcesses(3)
    await askProcess(3, 'queue')
    await vi.waitFor(async () => expect((await askProcess(1)).woken).toBeGreaterThan(0), { timeout: 30_000 })
    expect((await askProcess(2)).woken).toBe(0)
    expect((await askProcess(3)).woken).toBe(0)
  })

  it('are replaced when they are killed, and the others serve meanwhile', async () => {
    const { askProcess, ask, output } = await startProcesses(2)
    for (const number of [2, 1, 2]) {
      const { pid } = await askProcess(number)
      process.kill(pid, 'SIGKILL')
      // Some of these are given to the process that has ended. Each ends, with an answer or without.
      await Promise.allSettled([ask(), ask(), ask(), ask()])
      await vi.waitFor(async () => expect((await askProcess(number)).pid).not.toBe(pid), { timeout: 30_000 })
    }
    expect((await ask()).pid).toBeGreaterThan(0)
    expect(output()).toContain('"reason":"SIGKILL"')
  })

  it('share the slots of a lane, and a killed one gives its slot back', async () => {
    const { askProcess } = await startProcesses(2)
    const { pid } = await askProcess(1, 'hold')
    await vi.waitFor(async () => expect((await askProcess(1)).isHolding).toBe(true), { timeout: 30_000 })
    await askProcess(2, 'hold')
    expect((await askProcess(2)).isHolding).toBe(false)
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => expect((await askProcess(2)).isHolding).toBe(true), { timeout: 30_000 })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('end on %s to their parent, which then ends too', async (signal) => {
    const { parent, ended, ask, askProcess } = await startProcesses(2)
    const pids = [(await askProcess(1)).pid, (await askProcess(2)).pid]
    parent.kill(signal)
    expect(await ended).toBe(0)
    await expect(ask()).rejects.toThrow()
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
  })

  it('are not started when the first one ends at its start, and its output says why, once', async () => {
    const broken = path.join(folder, 'broken-at-start')
    await fs.writeFile(broken, '')
    const { ended, output } = await startProcesses(4, { BROKEN: broken })
    expect(await ended).toBe(1)
    expect(output().match(/a value is wrong/g)).toHaveLength(1)
  })

  it('are started again after longer and longer pauses, and the parent gives up when none comes up', async () => {
    const broken = path.join(folder, 'broken-later')
    const { askProcess, ended, output } = await startProcesses(2, { BROKEN: broken })
    const pids = [(await askProcess(1)).pid, (await askProcess(2)).pid]
    await fs.writeFile(broken, '')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    expect(await ended).toBe(1)
    const pauses = [...output().matchAll(/"process":1,.*"pauseMs":(\d+)/g)].map(([, ms]) => Number(ms))
    expect(pauses.slice(0, 4)).toEqual([0, 2_000, 4_000, 8_000])
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000)
  })
})
