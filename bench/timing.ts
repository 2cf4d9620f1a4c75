import { parseArgs } from 'node:util'
import postgres, { type Sql } from 'postgres'
import { main } from '@/scripts/cli-error'
import { startTestApp } from '@/server/testing/app'
import { compareTiming, describeTiming, FULL, type TimingCase, verdictOf } from './disclosure'
import type { Call } from './send'
import { addStates, type Names, type State } from './timing-states'

/**
 * `npm run timing [-- --pairs N] [-- <part of a case's name>]`: whether a stranger can tell an account from none by the
 * response time, in every state of an account and over two interfaces. Prints one line for each case. Exits with 1 if a
 * case is told apart, or a control does not end as it must. With fewer pairs than the protocol asks for, it only shows
 * that every case runs.
 */

const post = (path: string, input: unknown): Call => ({ method: 'POST', path, body: JSON.stringify(input) })

/** The same calls over tRPC, and over a documented contract. */
const INTERFACES = {
  tRPC: {
    request: (account: string) => post('/api/trpc/recovery.request', { account }),
    verify: (account: string) => post('/api/trpc/recovery.verifyCode', { account, code: '000000' }),
  },
  contract: {
    request: (account: string) => post('/secure/reset-password/send', { account }),
    verify: (account: string) => post('/secure/reset-password/verify', { account, code: '000000' }),
  },
}

/** The states in which each call is compared. A fresh account has a live code and was not asked for yet. */
const STATES: Record<'request' | 'verify', State[]> = {
  request: ['fresh', 'cooling down', 'frozen'],
  verify: ['fresh', 'blocked', 'codes off', 'frozen'],
}

function listCases(names: Names): TimingCase[] {
  const cases: TimingCase[] = []
  for (const [name, calls] of Object.entries(INTERFACES)) {
    for (const what of ['request', 'verify'] as const) {
      for (const state of STATES[what]) {
        const [known, unknown] = names(`${name} ${what}`, state)
        const call = calls[what]
        cases.push({ name: `${name} ${what}, ${state}`, calls: [() => call(known()), () => call(unknown())] })
      }
    }
  }
  return cases
}

async function run(url: string, sql: Sql, pairs: number, part: string) {
  const samples = { warmUp: Math.min(FULL.warmUp, pairs), pairs }
  const names = await addStates(sql, url, samples)
  const [known] = names('control', 'cooling down')
  const call = () => INTERFACES.tRPC.request(known())
  const controls: TimingCase[] = [
    { name: 'control: known against known', calls: [call, call] },
    { name: 'control: with 1 ms planted', calls: [call, call], delaySecondMs: 1 },
  ]
  const wrong: string[] = []
  for (const each of [...listCases(names), ...controls].filter(({ name }) => name.includes(part))) {
    const result = await compareTiming(each, url, samples)
    console.log(describeTiming(result))
    if (verdictOf(result) !== (each.delaySecondMs ? 'told apart' : 'not told apart')) wrong.push(each.name)
  }
  if (pairs < FULL.pairs) return console.log(`Too few pairs for a verdict: the protocol asks for ${FULL.pairs}.`)
  if (wrong.length > 0) throw new Error(`Not as it must be: ${wrong.join('; ')}`)
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { pairs: { type: 'string', default: String(FULL.pairs) } },
  })
  const app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal', RATE_LIMIT_SCALE: '1000000', LOG_LEVEL: 'fatal' })
  const sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} })
  try {
    console.log(
      'Can an account be told from none by time? (bars: |t| < 4.5; 99 % interval of the median difference within ±0.1 ms or ±2 %)',
    )
    await run(app.url, sql, Number(values.pairs), positionals[0] ?? '')
  } finally {
    await sql.end()
    await app.stop()
  }
})
process.exit(process.exitCode ?? 0)
