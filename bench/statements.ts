import { Agent } from 'node:http'
import type { Sql } from 'postgres'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import { emailOf, FIRST, linkToken, loadAccounts, mintLinks } from './bulk-load'
import { signIn, startProduct } from './product'
import { type Call, post, send } from './send'

const PASSWORD = 'walnut bicycle north 7'

/** Counts the statements of each operation, on a server without the mail worker, because its statements would be counted too. */
export async function countAllStatements(): Promise<Record<string, number>> {
  const { origin, sql, stop } = await startProduct({ MAIL_WORKER: 'off' })
  try {
    await sql`create extension if not exists pg_stat_statements`
    await loadAccounts(sql, { first: FIRST, count: 2 }, await argon2id.hash(PASSWORD, ''))
    await mintLinks(sql, { first: FIRST, count: 1 })
    const authorization = `Bearer ${await signIn(origin, emailOf(FIRST + 1), PASSWORD)}`
    const password = 'plum river lantern 42'
    const calls: Record<string, Call> = {
      'recovery.request': post('recovery.request', { account: 'count@example.com' }),
      'recovery.verifyCode': post('recovery.verifyCode', { account: 'count@example.com', code: '123456' }),
      'recovery.resetPassword': post('recovery.resetPassword', {
        token: linkToken(FIRST),
        password,
        confirmPassword: password,
      }),
      'session.current': { method: 'GET', path: '/api/trpc/session.current', headers: { authorization } },
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const counts: Record<string, number> = {}
    for (const [name, call] of Object.entries(calls))
      counts[name] = await countStatements(sql, () => send(origin, agent, call))
    agent.destroy()
    return counts
  } finally {
    await stop()
  }
}

/** Calls `work` once and counts the statements that PostgreSQL executed for it, without transaction control. */
async function countStatements(sql: Sql, work: () => Promise<unknown>): Promise<number> {
  const executed = async () => {
    const [row] = await sql<{ calls: string }[]>`
      select coalesce(sum(calls), 0) as calls from pg_stat_statements
      where toplevel and query !~* 'pg_stat_statements|^(begin|commit|rollback)'`
    return Number(row?.calls)
  }
  const before = await executed()
  await work()
  return (await executed()) - before
}
