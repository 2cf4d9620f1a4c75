import { Agent } from 'node:http'
import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'
import postgres, { type Sql } from 'postgres'
import { main } from '@/scripts/cli-error'
import { startTestApp } from '@/server/testing/app'
import { ACCOUNTS, ARGON2, addAccounts, emailOf, mintLinks, PASSWORD, post, reset } from './accounts'
import { compareTiming, describeTiming } from './disclosure'
import { benchFlood } from './flood-command'
import { benchLighthouse } from './lighthouse'
import { type Call, median, send } from './load'
import { countStatements } from './statements'
import { compareThroughput } from './throughput'

async function signIn(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/trpc/session.signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: emailOf(ACCOUNTS - 1), password: PASSWORD }),
  })
  return /latchkey-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
}

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

await main(async () => {
  if (process.argv[2] === 'flood') process.exit((await benchFlood()) ? 0 : 1)
  if (process.argv[2] === 'lighthouse') process.exit((await benchLighthouse()) ? 0 : 1)
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

    console.log(
      'Can known and unknown accounts be told apart by time? `npm run timing` has all cases and the controls.',
    )
    const request = (account: string) => post('recovery.request', { account })
    const anyKnown = () => request(emailOf(Math.floor(Math.random() * ACCOUNTS)))
    const unknown = () => request(`none${Math.floor(Math.random() * ACCOUNTS)}@example.com`)
    console.log(
      describeTiming(await compareTiming({ name: 'known against unknown', calls: [anyKnown, unknown] }, app.url)),
    )
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
