import { setTimeout as sleep } from 'node:timers/promises'
import { verify } from '@node-rs/argon2'
import postgres from 'postgres'
import { aborted } from '@/scripts/shutdown'
import { type Call, FIRST_OF_WRONG_CODES, startLoad } from './load'
import { type PostgresPair, startPostgresPair } from './postgres-pair'
import { startTopology, type Topology } from './topology'
import { type Aftermath, judge, type Moments, type Verdict } from './verdict'

const ACCOUNTS = FIRST_OF_WRONG_CODES + 5_000
/** What must be acknowledged before the primary is killed, and again after the failover. */
const ENOUGH = { request: 200, reset: 15 }
/** How long the failure of the primary goes unnoticed. */
const UNNOTICED_MS = 6_000
const LOAD_TIMEOUT_MS = 40_000
/** A batch whose worker lost the database is due again when its lease ends, after 30 s. */
const DRAIN_TIMEOUT_MS = 60_000

export interface DrillResult extends Verdict {
  postgres: string
}

/**
 * Kills the primary under load, promotes the standby, points PgBouncer at it, and looks for what was lost or doubled.
 * @param shutdown ends the drill early when it is aborted. It stops what it started, in any case
 */
export async function drillFailover(shutdown: AbortSignal): Promise<DrillResult> {
  const pair = await startPostgresPair()
  let topology: Topology | undefined
  try {
    shutdown.throwIfAborted()
    topology = await startTopology(pair, ACCOUNTS)
    shutdown.throwIfAborted()
    const early = aborted(shutdown).then((): never => {
      throw shutdown.reason
    })
    const verdict = await Promise.race([failOver(pair, topology), early])
    if (verdict.failures.length > 0) printLog(topology.output)
    return { ...verdict, postgres: pair.version }
  } finally {
    await topology?.stop()
    await pair.stop()
  }
}

async function failOver(pair: PostgresPair, topology: Topology): Promise<Verdict> {
  const load = startLoad(topology)
  const moments: Moments = { killedAt: 0, switchedAt: 0 }
  try {
    await serves(load.calls, 0)
    await pair.primary.kill()
    moments.killedAt = performance.now()
    await sleep(UNNOTICED_MS)
    await pair.promote()
    await topology.pooler.leadTo(pair.standby.url)
    moments.switchedAt = performance.now()
    await serves(load.calls, moments.switchedAt)
  } finally {
    await load.stop()
  }
  await waitUntilSent(pair.standby.url)
  return judge(load.calls, await readAftermath(pair.standby.url, topology), moments)
}

/** Resolves when enough calls that were sent after a moment are done, or when it takes too long: the verdict tells. */
async function serves(calls: Call[], after: number): Promise<void> {
  const done = (kind: Call['kind']) =>
    calls.filter((call) => call.kind === kind && call.status === 200 && call.sentAt > after).length
  for (const end = Date.now() + LOAD_TIMEOUT_MS; Date.now() < end; await sleep(50))
    if (done('request') >= ENOUGH.request && done('reset') >= ENOUGH.reset) return
}

/** Waits until no email is left to send. */
async function waitUntilSent(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    for (const end = Date.now() + DRAIN_TIMEOUT_MS; Date.now() < end; await sleep(250)) {
      const left = await sql`select 1 from latchkey.mail_outbox where status in ('queued', 'sending') limit 1`
      if (left.length === 0) return
    }
  } finally {
    await sql.end()
  }
}

async function readAftermath(url: string, { resend }: Topology): Promise<Aftermath> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const requests = await sql<{ id: string; status: string }[]>`
      select request_id as id, status from latchkey.mail_outbox where kind = 'password-reset'`
    const tried = await sql<{ email: string }[]>`
      select u.email from latchkey.code_lockouts l join latchkey.users u on l.subject = 'account ' || u.id`
    const users = await sql<{ email: string; hash: string }[]>`
      select email, password_hash as hash from latchkey.users where password_hash is not null`
    const hashes = new Map(users.map(({ email, hash }) => [email, hash]))
    return {
      requests: new Map(requests.map(({ id, status }) => [id, status])),
      triedAccounts: new Set(tried.map(({ email }) => email)),
      hasPassword: async (account, password) => verify(hashes.get(account) ?? '', password).catch(() => false),
      accepted: resend.accepted,
      posts: resend.calls,
    }
  } finally {
    await sql.end()
  }
}

/** Prints the kinds of log lines, and how often each came. */
function printLog(output: string[]) {
  const kinds = new Map<string, number>()
  for (const line of output.join('').split('\n').filter(Boolean)) {
    const kind = line.startsWith('{') ? nameOf(JSON.parse(line)) : line
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  for (const [kind, count] of [...kinds].slice(0, 40)) console.log(`  log, ${count} times: ${kind.slice(0, 300)}`)
}

const nameOf = ({ msg, err, reason }: { msg?: string; reason?: string; err?: { code?: string; message?: string } }) =>
  [msg, reason, err?.code, err?.message].filter(Boolean).join(' · ')
