import { randomBytes } from 'node:crypto'
import { hash } from '@node-rs/bcrypt'
import { verifyPassword } from '@/server/accounts/password-hash'
import { RecoveryError } from '@/server/core/errors'
import { digestOf } from '@/server/core/secrets'
import { type Database, runStatement } from '@/server/db/client'
import { type Parameter, type SQL, sql } from '@/server/db/sql'
import type { AccountFixture, AccountValues, TestAccount } from './account-fixture'

/** The smallest cost of bcrypt, so that tests which sign in often stay fast. */
const COST = 4

/** The accounts of `ACCOUNTS=external` in tests: the site of `legacy-members.sql`, and how it signs people in. */
export const legacyMembers: AccountFixture = {
  async add(db, accounts) {
    const members = accounts.map((account) => Object.fromEntries(columnsOf(account)))
    return runStatement<TestAccount & Record<string, unknown>>(
      db,
      sql`
      insert into legacy.members (mail_address, login, display_name, photo, lang, pw_digest, state)
      select mail_address, login, display_name, photo, lang, pw_digest, coalesce(state, 1)
      from jsonb_to_recordset(${JSON.stringify(members)}::jsonb) as given(
        mail_address text, login text, display_name text, photo text, lang text, pw_digest text, state smallint)
      returning member_no::text as id, mail_address as email, login as username, display_name as "fullName",
        photo as picture, pw_digest as "passwordHash"`,
    )
  },
  change(db, id, values) {
    const assignments = columnsOf(values).map(
      ([column, value]) => sql`${sql.identifier(column)} = ${value as Parameter}`,
    )
    return runStatement(db, sql`update legacy.members set ${sql.join(assignments, ', ')} where ${isMember(id)}`)
  },
  remove: (db, id) => runStatement(db, sql`delete from legacy.members where ${isMember(id)}`),
  removeAll: (db) => runStatement(db, sql`delete from legacy.members`),
  read: (db, id) => readMember(db, isMember(id)),
  countPasswords: async (db, id) => Number((await readMember(db, isMember(id)))?.pw_serial),
  table: 'legacy.members',
  fill: `insert into legacy.members (mail_address, login, display_name)
    select 'member' || n || '@example.com', 'member' || n, 'Member ' || n from generate_series(1, $1::int) n`,
  lock: 'select 1 from legacy.members where member_no = $1::bigint for update',
  hash: (password) => hash(password, COST),
  async signIn(ctx, { username }, password) {
    const hasLogin = sql`lower(login collate "C") = lower(${username} collate "C") and state = 1`
    const [member] = await runStatement<{ member_no: string; pw_digest: string; pw_serial: number }>(
      ctx.db,
      sql`select member_no, pw_digest, pw_serial from legacy.members where ${hasLogin}`,
    )
    if (!member || !(await verifyPassword(ctx.policy, member.pw_digest, password))) {
      throw new RecoveryError('sign-in-failed')
    }
    const token = randomBytes(32).toString('base64url')
    await runStatement(
      ctx.db,
      sql`insert into legacy.member_sessions (token_hash, member_no, pw_serial) values (${digestOf(token)}, ${member.member_no}, ${member.pw_serial})`,
    )
    return token
  },
  isSessionOpen: async (ctx, token) => (await count(ctx.db, sql`token_hash = ${digestOf(token)}`)) === 1,
  countSessions: (db, id) => count(db, isMember(id)),
}

const isMember = (id: string) => sql`member_no = ${id}::bigint`

async function readMember(db: Database, condition: SQL) {
  const [member] = await runStatement<Record<string, unknown>>(db, sql`select * from legacy.members where ${condition}`)
  return member
}

async function count(db: Database, condition: SQL) {
  const [row] = await runStatement<{ count: number }>(
    db,
    sql`select count(*)::int as count from legacy.member_sessions where ${condition}`,
  )
  return row?.count ?? 0
}

const COLUMNS = {
  email: 'mail_address',
  username: 'login',
  fullName: 'display_name',
  picture: 'photo',
  locale: 'lang',
  passwordHash: 'pw_digest',
} as const

/** Columns of `legacy.members` and their values. */
function columnsOf({ active, ...values }: AccountValues): [string, unknown][] {
  const columns = Object.entries(COLUMNS).flatMap(([name, column]): [string, unknown][] => {
    const value = values[name as keyof typeof values]
    return value === undefined ? [] : [[column, value]]
  })
  return active === undefined ? columns : [...columns, ['state', active ? 1 : 2]]
}

/** Lets an account of the site sign in with an identity provider as well, named as the site names it: `google`. */
export const setProvider = (db: Database, { id }: { id: string }, provider: string) =>
  runStatement(db, sql`update legacy.members set sso_provider = ${provider} where ${isMember(id)}`)
