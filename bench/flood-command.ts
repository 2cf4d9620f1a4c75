import postgres from 'postgres'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import { startTestApp } from '@/server/testing/app'
import { FIRST, linkToken, loadAccounts, mintLinks } from './bulk-load'
import { type FloodResult, measureFlood } from './flood'
import { post } from './send'

const REDEEMS = 20
const BARS = { redeemMs: 5_000, healthMs: 1_000, requestFactor: 5 }

const redeem = (n: number) => {
  const password = 'plum river lantern 42'
  return post('recovery.resetPassword', { token: linkToken(n), password, confirmPassword: password })
}

/** Measures what a flood of sign-ins does to everything else, and prints it. Returns whether it stays within the bars. */
export async function benchFlood(): Promise<boolean> {
  const app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal', TRUSTED_PROXY_HOPS: '1', LOG_LEVEL: 'fatal' })
  const sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} })
  try {
    await loadAccounts(sql, { first: FIRST, count: REDEEMS }, await argon2id.hash('walnut bicycle north 7', ''))
    await mintLinks(sql, { first: FIRST, count: REDEEMS })
    return printFlood(
      await measureFlood(
        app.url,
        Array.from({ length: REDEEMS }, (_, n) => redeem(FIRST + n)),
      ),
    )
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
