import postgres, { type Sql } from 'postgres'
import { startPublicApp } from '@/server/testing/public-app'

export interface Product {
  origin: string
  databaseUrl: string
  sql: Sql
  /** How many emails the provider has accepted. */
  countEmails(): number
  stop(): Promise<void>
}

/**
 * Serves Latchkey's production build as a public server runs it, on a database of its own, with the mail worker and a
 * fake of Resend. Limits are counted, but their budgets are too large to be reached.
 */
export async function startProduct(variables: Record<string, string> = {}): Promise<Product> {
  const app = await startPublicApp('own', {
    ACCOUNT_DISCLOSURE: 'conceal',
    RATE_LIMIT_SCALE: '1000000',
    LOG_LEVEL: 'error',
    ...variables,
  })
  const sql = postgres(app.databaseUrl, { max: 2, onnotice: () => {} })
  let emails = 0
  // The fake keeps every email for tests. Here they would fill the memory.
  const forget = () => {
    emails += app.resend.accepted.splice(0).length
    app.resend.calls.splice(0)
  }
  const forgetting = setInterval(forget, 1_000)
  return {
    origin: app.url,
    databaseUrl: app.databaseUrl,
    sql,
    countEmails() {
      forget()
      return emails
    },
    async stop() {
      clearInterval(forgetting)
      await sql.end()
      await app.stop()
    },
  }
}

/** Signs in. Returns the token of the session. */
export async function signIn(origin: string, account: string, password: string): Promise<string> {
  const answer = await fetch(`${origin}/api/trpc/session.signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password }),
  })
  const token = /latchkey-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
  if (!token) throw new Error(`The sign-in was answered with status ${answer.status}`)
  return token
}
