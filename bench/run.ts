import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'
import postgres, { type Sql } from 'postgres'
import { main } from '@/scripts/cli-error'
import { startTestApp } from '@/server/testing/app'
import { compareTiming, type TimingResult } from './disclosure'
import { type Call, median, send } from './load'
import { countStatements } from './statements'
import { compareThroughput } from './throughput'

const ACCOUNTS = 1_000
/** Accounts that no request names, so that the worker creates no links for them. */
const RESET_ACCOUNTS = 400
const PASSWORD = 'walnut bicycle north 7'
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

const emailOf = (n: number) => `bench${n}@example.com`

const post = (name: string, input: unknown): Call => ({
  method: 'POST',
  path: `/api/trpc/${name}`,
  body: JSON.stringify(input),
})

async function addAccounts(sql: Sql) {
  const passwordHash = await hash(PASSWORD, ARGON2)
  await sql`
    insert into latchkey.users (email, username, full_name, password_hash)
    select 'bench' || n || '@example.com', 'bench' || n, 'Bench ' || n, ${passwordHash}
    from generate_series(0, ${ACCOUNTS + RESET_ACCOUNTS - 1}) n`
}

/** Creates links as the worker does, one for each account. Returns their tokens. */
async function mintLinks(sql: Sql, from: number, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, n) => ({
    username: `bench${from + n}`,
    token: randomBytes(32).toString('base64url'),
  }))
  await sql`
    insert into latchkey.password_reset_tokens
      (id, account_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
    select gen_random_uuid(), u.id, sha256(convert_to(r.token, 'UTF8')), sha256('none'),
      sha256(convert_to(concat_ws(E'\\x1f', u.email, coalesce(u.password_hash, ''), ''), 'UTF8')),
      now(), now() + interval '1 hour', now() + interval '10 minutes'
    from jsonb_to_recordset(${sql.json(rows)}) as r(username text, token text) join latchkey.users u using (username)`
  return rows.map((row) => row.token)
}

async function signIn(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/trpc/session.signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: emailOf(ACCOUNTS - 1), password: PASSWORD }),
  })
  return /latchkey-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
}

const reset = (token: string): Call =>
  post('recovery.resetPassword', { token, password: 'plum river lantern 42', confirmPassword: 'plum river lantern 42' })

/** Resets per second as a share of bare hashes per second, measured in turns with equal concurrency. */
async function compareResets(origin: string, sql: Sql) {
  const cores = availableParallelism()
  const each = 60
  const ratios: number[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * cores })
  const perSecond = async (work: (n: number) => Promise<unknown>, width: number) => {
    let n = 0
    const started = performance.now()
    const busy = async () => {
      while (n < each) await work(n++)
    }
    await Promise.all(Array.from({ length: width }, busy))
    return each / ((performance.now() - started) / 1000)
  }
  for (let round = 0; round < 5; round++) {
    const tokens = await mintLinks(sql, ACCOUNTS + round * each, each)
    const bound = await perSecond(() => hash('plum river lantern 42', ARGON2), cores)
    const resets = await perSecond(async (n) => {
      const status = await send(origin, agent, reset(tokens[n] as string))
      if (status !== 200) throw new Error(`A reset was answered with status ${status}`)
    }, 2 * cores)
    ratios.push(resets / bound)
  }
  agent.destroy()
  return median(ratios)
}

async function statements(origin: string, sql: Sql, sessionToken: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const [token = ''] = await mintLinks(sql, ACCOUNTS, 1)
  const headers = { authorization: `Bearer ${sessionToken}` }
  const calls: Record<string, Call> = {
    'recovery.request': post('recovery.request', { account: 'count@example.com' }),
    'recovery.verifyCode': post('recovery.verifyCode', { account: 'count@example.com', code: '123456' }),
    'recovery.resetPassword': reset(token),
    'session.current': { method: 'GET', path: '/api/trpc/session.current', headers },
  }
  const counts: [string, number][] = []
  for (const [name, call] of Object.entries(calls)) {
    counts.push([name, await countStatements(sql, () => send(origin, agent, call))])
  }
  agent.destroy()
  return counts
}

const tellsApart = ({ t, interval: [low, high], medianMs }: TimingResult) => {
  const near = Math.max(0.1, medianMs * 0.02)
  return Object.values(t).some((value) => Math.abs(value) >= 4.5) || low < -near || high > near
}

function printTiming(result: TimingResult) {
  const t = Object.entries(result.t).map(([crop, value]) => `${crop} ${value.toFixed(1)}`)
  const [low, high] = result.interval.map((value) => value.toFixed(3))
  const verdict = tellsApart(result) ? 'told apart' : 'not told apart'
  console.log(
    `  ${result.name.padEnd(34)} ${verdict}; t: ${t.join(', ')}; difference ${low} to ${high} ms of ${result.medianMs.toFixed(2)}`,
  )
}

await main(async () => {
  const variables = { ACCOUNT_DISCLOSURE: 'conceal', RATE_LIMIT_SCALE: '1000000', LOG_LEVEL: 'fatal' }
  const app = await startTestApp(variables)
  const sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} })
  try {
    await addAccounts(sql)
    const sessionToken = await signIn(app.url)
    const known = Array.from({ length: ACCOUNTS }, (_, n) => emailOf(n))

    console.log('Requests per second, and their ratio to a bare route handler (bars: request 0.80, others 0.70)')
    for (const { name, perSecond, ratio } of await compareThroughput(app.url, known, sessionToken)) {
      console.log(`  ${name.padEnd(34)} ${perSecond.toFixed(0).padStart(6)}  ${ratio.toFixed(2)}`)
    }
    console.log('Resets per second, as a share of argon2id alone (bar: 0.85)')
    console.log(`  ${'recovery.resetPassword'.padEnd(34)} ${(await compareResets(app.url, sql)).toFixed(2)}`)

    console.log('Can known and unknown accounts be told apart by time? (bars: |t| < 4.5; ±0.1 ms or ±2 %)')
    const anyKnown = () => emailOf(Math.floor(Math.random() * ACCOUNTS))
    const unknown = () => `none${Math.floor(Math.random() * ACCOUNTS)}@example.com`
    printTiming(await compareTiming('known against unknown', app.url, [anyKnown, unknown]))
    printTiming(await compareTiming('control: known against known', app.url, [anyKnown, anyKnown]))
    printTiming(await compareTiming('control: with 1 ms planted', app.url, [anyKnown, anyKnown], 1))
  } finally {
    await sql.end()
    await app.stop()
  }

  const quiet = await startTestApp({ ...variables, MAIL_WORKER: 'off' })
  const counting = postgres(quiet.databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await addAccounts(counting)
    await counting`create extension if not exists pg_stat_statements`
    const sessionToken = await signIn(quiet.url)
    // Without the worker, so that its statements are not counted.
    console.log('Statements per operation (bars: 1, 2, 2, 1)')
    for (const [name, count] of await statements(quiet.url, counting, sessionToken)) {
      console.log(`  ${name.padEnd(34)} ${count}`)
    }
  } finally {
    await counting.end()
    await quiet.stop()
  }
  process.exit(0)
})
