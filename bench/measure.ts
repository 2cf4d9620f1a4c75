import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import type { Case } from './cases'
import { type Generator, generate, type Load } from './generate'
import { send } from './send'
import { shuffled } from './statistics'

/** What one case did in one round. */
export interface Sample extends Pick<Load, 'perSecond' | 'p50Ms' | 'p99Ms'> {
  id: string
  round: number
  requests: number
}

export interface Target {
  origin: string
  sql: Sql
}

export interface Plan {
  generator: Generator
  rounds: number
  seconds: number
  /** The servers of the cases, with their databases. */
  servers: Record<'latchkey' | 'rival', Target | undefined>
  /** The number of the first account of a case. */
  firstOf(id: string): number
}

/**
 * Measures cases in shuffled rounds, so that all of them have the machine in the same states. Each runs alone.
 * @throws Error when an answer has another status than it must, or rows are missing
 */
export async function measure(cases: Case[], plan: Plan, onRound: (round: number) => void): Promise<Sample[]> {
  const samples: Sample[] = []
  const next = new Map(cases.map(({ id }) => [id, plan.firstOf(id)]))
  const run = async (each: Case, seconds: number) => {
    const target = each.server === 'none' ? undefined : plan.servers[each.server]
    const load = await runCase(each, target, { generator: plan.generator, seconds, first: next.get(each.id) ?? 0 })
    next.set(each.id, load.next + (load.next % 2)) // a name that is used twice is not used a third time
    return load
  }
  for (const each of cases) {
    if (each.server !== 'none') await touch(each, plan.servers[each.server], plan.firstOf(each.id))
    next.set(each.id, plan.firstOf(each.id) + 2)
    await run(each, 1) // warm-up
  }
  for (let round = 1; round <= plan.rounds; round++) {
    onRound(round)
    for (const each of shuffled(cases)) {
      const { perSecond, p50Ms, p99Ms, statuses } = await run(each, plan.seconds)
      samples.push({ id: each.id, round, perSecond, p50Ms, p99Ms, requests: statuses[each.status] ?? 0 })
    }
  }
  return samples
}

/** Sends one request of a case. The first one of a route makes Next.js load it, which can take seconds. */
async function touch({ name, template, status }: Case, target: Target | undefined, n: number) {
  if (!template || !target) return
  const fill = (text: string) => text.replaceAll('{n}', String(n)).replaceAll('{half}', String(Math.floor(n / 2)))
  const body = template.body && fill(template.body)
  const agent = new Agent()
  const answered = await send(target.origin, agent, { ...template, path: fill(template.path), body })
  if (answered !== status) throw new Error(`${name} was answered with status ${answered} instead of ${status}`)
}

/**
 * Runs a case once, checks every status, and counts its rows.
 * @param target the server of the case
 * @throws Error when an answer has another status than it must, or rows are missing
 */
export async function runCase(
  { name, template, connections, status, countRows, server }: Case,
  target: Target | undefined,
  { generator, seconds, first }: { generator: Generator; seconds: number; first: number },
): Promise<Load> {
  if (!template) return hashAlone(connections, seconds)
  if (!target) throw new Error(`The server of ${name} does not run`)
  const before = await countRows?.(target.sql)
  const load = await generate(generator, { origin: target.origin, templates: [template], connections, seconds, first })
  checkStatuses(name, load, [status])
  if (countRows && before !== undefined) {
    const made = (await settled(() => countRows(target.sql))) - before
    checkRows(name, made, load.statuses[status] ?? 0, connections)
  }
  if (server === 'latchkey') await emptyQueue(target.sql)
  return load
}

/** @throws Error when an answer has a status that is not in the list, or there is none */
export function checkStatuses(name: string, { statuses }: Load, right: readonly number[]): void {
  const all = Object.entries(statuses)
  const wrong = all.filter(([status]) => !right.includes(Number(status)))
  if (wrong.length === 0 && all.length > 0) return
  const counts = wrong.map(([status, count]) => `${count} × ${status === '0' ? 'no answer' : status}`).join(', ')
  throw new Error(
    `${name}: every answer must have status ${right.join(' or ')}, but there were ${counts || 'no answers'}`,
  )
}

/**
 * Every accepted request has its row. At the end of a round the generator breaks its connections off, so each may have
 * one row more.
 */
export function checkRows(name: string, rows: number, accepted: number, connections: number): void {
  if (rows >= accepted && rows <= accepted + 2 * connections) return
  throw new Error(`${name}: ${accepted} requests were accepted, and there are ${rows} rows`)
}

/** What a count is once it no longer changes. */
export async function settled(count: () => Promise<number>): Promise<number> {
  for (let before = await count(); ; ) {
    await sleep(100)
    const now = await count()
    if (now === before) return now
    before = now
  }
}

/** Removes what the worker has not sent yet, so that it does not work while the next case is measured. */
async function emptyQueue(sql: Sql) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    await sql`delete from latchkey.mail_outbox where status = 'queued'`
    const [row] = await sql`select 1 from latchkey.mail_outbox where status in ('queued', 'sending') limit 1`
    if (!row) return
  }
  throw new Error('The mail worker did not finish its batch within 30 s')
}

/** Hashes with the parameters of new passwords, `width` at a time, and with nothing else to do. */
async function hashAlone(width: number, seconds: number): Promise<Load> {
  const took: number[] = []
  const started = performance.now()
  const until = started + seconds * 1000
  const busy = async () => {
    while (performance.now() < until) {
      const at = performance.now()
      await argon2id.hash('plum river lantern 42', '')
      took.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: width }, busy))
  const perSecond = took.length / ((performance.now() - started) / 1000)
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), statuses: { 200: took.length }, next: 0 }
}
