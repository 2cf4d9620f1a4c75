import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { FIRST, loadAccounts } from './bulk-load'
import { listCases } from './cases'
import { withDatabaseServer } from './database'
import { chooseGenerator, generate } from './generate'
import { describeMachine, nameMachine } from './machine'
import { startProduct } from './product'
import { PART_NAMES, type Profile, sharesOf } from './profile-parts'
import { today } from './results'
import { backendsOf, cpuSecondsOf, serverProcessOf } from './server-process'
import { tableOf } from './table'

/** From the least that Next.js can do to a whole request, so that neighbouring columns show what each step adds. */
const CASES = ['bare', 'terms', 'request-unknown', 'verify']
const SECONDS = 5
const WARM_UP_SECONDS = 3

interface Column {
  name: string
  /** CPU time of one call, in the server process and in PostgreSQL. */
  ms: number
  databaseMs: number
  /** The share of each part of the server process, from 0 to 1. */
  shares: Map<string, number>
}

const PRELOAD = pathToFileURL(path.join(import.meta.dirname, 'profile-preload.mjs')).href

/**
 * Profiles the server process under load, one case after the other.
 * @returns a table in Markdown: the milliseconds of CPU that one call takes in each part of the server
 */
export async function profileServer(generatorName?: string): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-profile-'))
  const generator = await chooseGenerator(generatorName)
  try {
    return await withDatabaseServer(async () => {
      const product = await startProduct({ NODE_OPTIONS: `--import ${PRELOAD}`, PROFILE_FOLDER: folder })
      try {
        const { sql, origin } = product
        await loadAccounts(sql, { first: FIRST, count: 10_000 }, '$argon2id$none')
        await sql`analyze`
        const pid = serverProcessOf(origin)
        const columns: Column[] = []
        let first = FIRST
        for (const { id, name, template } of listCases('').filter((each) => CASES.includes(each.id))) {
          if (!template) throw new Error(`the case ${id} sends nothing`)
          const load = async (seconds: number) => {
            const result = await generate(generator.name, {
              origin,
              templates: [template],
              connections: 16,
              seconds,
              first,
            })
            first = result.next
            return Object.values(result.statuses).reduce((sum, count) => sum + count, 0)
          }
          await load(WARM_UP_SECONDS)
          const backends = backendsOf(new URL(product.databaseUrl).pathname.slice(1))
          const before = { server: cpuSecondsOf([pid]), database: cpuSecondsOf(backends) }
          const calls = await load(SECONDS)
          const ms = ((cpuSecondsOf([pid]) - before.server) * 1000) / calls
          const databaseMs = ((cpuSecondsOf(backends) - before.database) * 1000) / calls
          // In a run of its own, because the profiler itself takes time.
          process.kill(pid, 'SIGUSR2')
          await load(SECONDS)
          process.kill(pid, 'SIGUSR2')
          columns.push({ name, ms, databaseMs, shares: sharesOf(await readProfile(folder)) })
        }
        const machine = nameMachine(await describeMachine(sql))
        return describe(columns, `${machine}; load from ${generator.name} ${generator.version}`)
      } finally {
        await product.stop()
      }
    })
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Waits for the profile, and removes it. */
async function readProfile(folder: string): Promise<Profile> {
  const file = path.join(folder, 'profile.json')
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const text = await fs.readFile(file, 'utf8').catch(() => null)
    if (!text) continue
    await fs.rm(file)
    return JSON.parse(text)
  }
  throw new Error('the server has written no profile')
}

function describe(columns: Column[], machine: string): string {
  const cells = (part: string) => columns.map(({ ms, shares }) => ((shares.get(part) ?? 0) * ms).toFixed(2))
  const rows = PART_NAMES.map((part) => [part, ...cells(part)])
  return [
    `${today()}. ${machine}. Milliseconds of CPU for one call, at 16 connections.`,
    tableOf(
      ['part', ...columns.map(({ name }) => name)],
      [
        ...rows,
        ['the server process', ...columns.map(({ ms }) => ms.toFixed(2))],
        ['PostgreSQL', ...columns.map(({ databaseMs }) => databaseMs.toFixed(2))],
      ],
    ),
  ].join('\n\n')
}
