import postgres from 'postgres'
import { startTestApp } from '@/server/testing/app'
import { ACCOUNTS, addAccounts, mintLinks, reset } from './accounts'
import { type FloodResult, measureFlood } from './flood'

const REDEEMS = 20
const BARS = { redeemMs: 5_000, healthMs: 1_000, requestFactor: 5 }

/** Measures what a flood of sign-ins does to everything else, and prints it. Returns whether it stays within the bars. */
export async function benchFlood(): Promise<boolean> {
  const app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal', TRUSTED_PROXY_HOPS: '1', LOG_LEVEL: 'fatal' })
  const sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} })
  try {
    await addAccounts(sql)
    const tokens = await mintLinks(sql, ACCOUNTS, REDEEMS)
    return printFlood(await measureFlood(app.url, tokens.map(reset)))
  } finally {
    await sql.end()
    await app.stop()
  }
}

function printFlood({ redeemMs, healthMs, requestP99Ms: { quiet, flooded }, answers }: FloodResult): boolean {
  const results = [
    ['a live link is redeemed within', redeemMs, BARS.redeemMs],
    ['a new connection gets /healthz within', healthMs, BARS.healthMs],
    [`recovery.request, p99 (quiet: ${quiet.toFixed(0)} ms)`, flooded, quiet * BARS.requestFactor],
  ] as const
  console.log('During 600 anonymous sign-ins in flight, each from another network')
  for (const [name, ms, bar] of results)
    console.log(
      `  ${name.padEnd(42)} ${ms.toFixed(0).padStart(6)} ms (bar: ${bar.toFixed(0)})${ms > bar ? '  missed' : ''}`,
    )
  const counts = Object.entries(answers).map(([status, count]) => `${status}: ${count}`)
  console.log(`  the sign-ins were answered with ${counts.join(', ')}`)
  return results.every(([, ms, bar]) => ms <= bar)
}
