import { randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import type { Sql } from 'postgres'
import type { Call } from './load'

export const ACCOUNTS = 1_000
/** Accounts that no request names, so that the worker creates no links for them. */
export const RESET_ACCOUNTS = 400
export const PASSWORD = 'walnut bicycle north 7'
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const emailOf = (n: number) => `bench${n}@example.com`

export const post = (name: string, input: unknown): Call => ({
  method: 'POST',
  path: `/api/trpc/${name}`,
  body: JSON.stringify(input),
})

export async function addAccounts(sql: Sql) {
  const passwordHash = await hash(PASSWORD, ARGON2)
  await sql`
    insert into latchkey.users (email, username, full_name, password_hash)
    select 'bench' || n || '@example.com', 'bench' || n, 'Bench ' || n, ${passwordHash}
    from generate_series(0, ${ACCOUNTS + RESET_ACCOUNTS - 1}) n`
}

/** Creates links as the worker does, one for each account. Returns their tokens. */
export async function mintLinks(sql: Sql, from: number, count: number): Promise<string[]> {
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

export const reset = (token: string): Call =>
  post('recovery.resetPassword', { token, password: 'plum river lantern 42', confirmPassword: 'plum river lantern 42' })
