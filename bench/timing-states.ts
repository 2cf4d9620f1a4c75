import { Agent } from 'node:http'
import type { Sql } from 'postgres'
import type { Samples } from './disclosure'
import { send } from './send'

/** What has happened to an account, and under names that do not exist, before it is asked for. */
export type State = 'fresh' | 'cooling down' | 'blocked' | 'codes off' | 'frozen'

/** Gives the next known and the next unknown name of a case. */
export type Names = (group: string, state: State) => [known: () => string, unknown: () => string]

/** In these states a name stays what it is, so that a few names are used again and again. */
const LASTING: ReadonlySet<State> = new Set<State>(['cooling down', 'blocked', 'codes off'])
const LASTING_NAMES = 40

const GROUPS = ['tRPC request', 'tRPC verify', 'contract request', 'contract verify', 'control']

const nameOf = (kind: 'known' | 'none', group: string, state: State, n: number) =>
  `${kind}-${group}-${state}-${n}@example.com`.replaceAll(' ', '-').toLowerCase()

/** Adds accounts in every state, and brings as many names that do not exist into the same state. */
export async function addStates(sql: Sql, origin: string, { warmUp, pairs }: Samples): Promise<Names> {
  const used = warmUp + pairs
  for (const group of GROUPS) {
    for (const state of ['fresh', 'cooling down', 'blocked', 'codes off', 'frozen'] as const) {
      const count = LASTING.has(state) ? LASTING_NAMES : used
      await addAccounts(
        sql,
        Array.from({ length: count }, (_, n) => nameOf('known', group, state, n)),
      )
    }
  }
  await mintCodes(sql)
  await sql`insert into latchkey.frozen_accounts (account_id, since)
    select id::text, now() from latchkey.users where email like 'known-%-frozen-%'`
  await exhaustTries(sql, origin)
  await sql`analyze`
  return (group, state) => {
    const count = LASTING.has(state) ? LASTING_NAMES : used
    const next = (kind: 'known' | 'none') => {
      let n = 0
      return () => nameOf(kind, group, state, n++ % count)
    }
    return [next('known'), next('none')]
  }
}

const addAccounts = (sql: Sql, emails: string[]) => sql`
  insert into latchkey.users (email, username, full_name, password_hash)
  select email, replace(split_part(email, '@', 1), '-', ''), 'Bench', '$argon2id$none' from unnest(${emails}::text[]) as t(email)`

/** Gives every account a live code, as the worker does. */
const mintCodes = (sql: Sql) => sql`
  insert into latchkey.password_reset_tokens
    (id, account_id, seed, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
  select gen_random_uuid(), u.id, sha256(uuid_send(gen_random_uuid())), sha256(uuid_send(gen_random_uuid())), sha256('none'),
    sha256(convert_to(concat_ws(E'\\x1f', u.email, coalesce(u.password_hash, ''), ''), 'UTF8')),
    now() - interval '2 minutes', now() + interval '2 hours', now() + interval '2 hours'
  from latchkey.users u where email like 'known-%'`

/** Enters three wrong codes under the names that are blocked, and lets the blocks last. */
async function exhaustTries(sql: Sql, origin: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const block = async (state: State) => {
    for (const group of GROUPS.filter((each) => each.endsWith('verify'))) {
      for (const kind of ['known', 'none'] as const) {
        for (let n = 0; n < 3 * LASTING_NAMES; n++) {
          const body = JSON.stringify({ account: nameOf(kind, group, state, n % LASTING_NAMES), code: '000000' })
          await send(origin, agent, { method: 'POST', path: '/api/trpc/recovery.verifyCode', body })
        }
      }
    }
  }
  await block('codes off')
  await sql`update latchkey.code_lockouts set blocks = 10, blocked_until = now()`
  await block('blocked')
  await sql`update latchkey.code_lockouts set blocked_until = now() + interval '1 day' where blocks < 10`
  agent.destroy()
}
