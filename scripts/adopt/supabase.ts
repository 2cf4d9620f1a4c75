import type { Framework, Plan } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { deleteCounted, idAs, providerName, requireColumn, updateOne } from './sql-parts'

/** Supabase Auth (GoTrue): the schema `auth`. */
export const supabase: Framework = {
  name: 'supabase',
  title: 'Supabase Auth',
  usersTables: ['auth.users'],
  recognisedBy: ['encrypted_password', 'raw_user_meta_data', 'instance_id'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const has = (name: string) => users.columns.has(name)
    const identities = live.find(`${users.schema}.identities`)
    const meta = (...names: string[]) =>
      `coalesce(${names.map((name) => `u.raw_user_meta_data ->> '${name}'`).join(', ')})`
    const conditions = [
      ...(has('deleted_at') ? ['u.deleted_at is null'] : []),
      ...(has('banned_until') ? ['(u.banned_until is null or u.banned_until < now())'] : []),
      ...(has('is_anonymous') ? ['not u.is_anonymous'] : []),
    ]
    const plan: Plan = {
      found: [`${identities ? 'identities' : 'no identities'} in the schema ${users.schema}`],
      assumed: ['raw_user_meta_data holds name and picture under the names that identity providers use.'],
      columns: {
        id: id.name,
        email: `u.${requireColumn(users, 'email').sql}`,
        full_name: { sql: meta('full_name', 'name') },
        picture: { sql: meta('avatar_url', 'picture') },
        locale: { sql: meta('locale') },
        password_hash: {
          sql: "nullif(u.encrypted_password, '')",
          comment: 'Accounts without a password have an empty one.',
        },
        active: conditions.length > 0 ? { sql: conditions.join(' and ') } : undefined,
        sign_in_via: signInVia(users, identities, id),
      },
      setPassword: {
        sql: updateOne(users, id, [
          'encrypted_password = $2',
          ...(has('email_confirmed_at') ? ['email_confirmed_at = coalesce(email_confirmed_at, now())'] : []),
          ...(has('updated_at') ? ['updated_at = now()'] : []),
        ]),
        comment: ['As in Supabase itself, the link that was mailed confirms the address.'],
      },
      endSessions: { sql: '', comment: [] },
      environment: { PASSWORD_HASH: 'bcrypt', SIGN_IN_URL: 'https://app.example.com/login' },
    }
    planSessions(plan, live, users, id)
    return plan
  },
}

function signInVia(users: Table, identities: Table | undefined, id: Column) {
  const sso = users.columns.has('is_sso_user') ? "\n    when u.is_sso_user then 'single sign-on'" : ''
  const provider =
    identities &&
    `\n    when coalesce(u.encrypted_password, '') = '' then (\n      select ${providerName('i.provider')}\n      from ${identities.sql} i\n      where i.user_id = u.${id.sql} and i.provider not in ('email', 'phone')\n      order by i.last_sign_in_at desc nulls last limit 1\n    )`
  if (!sso && !provider) return undefined
  return {
    sql: `case${sso}${provider ?? ''}\n  end`,
    comment: 'The provider of people who have no password: the one that they used last.',
  }
}

function planSessions(plan: Plan, live: LiveSchema, users: Table, id: Column) {
  const tables = ['sessions', 'refresh_tokens'].flatMap((name) => live.find(`${users.schema}.${name}`) ?? [])
  const deletions = tables.map((table) => {
    const column = requireColumn(table, 'user_id')
    return { from: table.sql, where: `user_id = ${idAs(column, id)}`, counted: table.name === 'sessions' }
  })
  plan.indexes = tables.map((table) => ({ table, expression: 'user_id' }))
  plan.found.push(`sessions in ${tables.map(({ sql }) => sql).join(', ') || 'no table'}`)
  plan.endSessions = {
    sql: deleteCounted(deletions),
    comment: [
      'Access tokens are not rows. Each stays valid until it expires, by default within an hour, and cannot be renewed.',
    ],
  }
}
