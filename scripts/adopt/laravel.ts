import type { Framework, Plan, ViewColumn } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { choosePasswordHash, findPasswordFormats } from './password-format'
import {
  deleteCounted,
  firstColumn,
  idAs,
  literal,
  notEnded,
  providerName,
  requireColumn,
  textColumn,
  updateOne,
} from './sql-parts'

/** Laravel: `users`, the database session driver, and Sanctum's tokens. */
export const laravel: Framework = {
  name: 'laravel',
  title: 'Laravel',
  usersTables: ['users'],
  recognisedBy: ['email', 'password', 'remember_token'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const password = requireColumn(users, 'password')
    const sessions = live.find(`${users.schema}.sessions`)
    const tokens = live.find(`${users.schema}.personal_access_tokens`)
    const hash = choosePasswordHash(await findPasswordFormats(live, users, password), 'bcrypt')
    const plan: Plan = {
      found: hash.found,
      assumed: hash.assumed,
      columns: {
        id: id.name,
        email: textColumn(requireColumn(users, 'email')).sql,
        username: firstColumn(users, 'username'),
        full_name: firstColumn(users, 'name', 'full_name'),
        picture: firstColumn(users, 'avatar_url', 'avatar', 'picture'),
        locale: firstColumn(users, 'locale', 'language'),
        password_hash: { sql: `nullif(u.${password.sql}, '')` },
        active: active(users),
        sign_in_via: signInVia(users, password),
      },
      setPassword: setPassword(users, id, password),
      endSessions: { sql: '', comment: [] },
      environment: { PASSWORD_HASH: hash.value, SIGN_IN_URL: 'https://app.example.com/login' },
    }
    await planSessions(plan, live, id, sessions, tokens)
    return plan
  },
}

/** Columns that say that an account is closed, where an application has them. */
function active(users: Table): ViewColumn | undefined {
  const conditions = [
    ...notEnded(users),
    ...['is_active', 'active']
      .filter((name) => users.columns.get(name)?.type === 'boolean')
      .map((name) => `coalesce(u.${name}, false)`),
  ]
  return conditions.length > 0 ? { sql: conditions.join(' and ') } : undefined
}

/** Columns that applications with Socialite usually add. */
function signInVia(users: Table, password: Column): ViewColumn | undefined {
  const name = ['provider', 'provider_name', 'oauth_provider'].find((name) => users.columns.has(name))
  const ids = ['google', 'github', 'facebook', 'apple', 'microsoft'].filter((name) => users.columns.has(`${name}_id`))
  const provider = name
    ? providerName(`u.${name}`)
    : ids.length > 0 && `case ${ids.map((one) => `when u.${one}_id is not null then ${title(one)}`).join(' ')} end`
  if (!provider) return undefined
  return {
    sql: `case when nullif(u.${password.sql}, '') is null then ${provider} end`,
    comment: 'The provider of people who have no password.',
  }
}

const title = (name: string) =>
  literal(name === 'github' ? 'GitHub' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`)

/** PHP takes a bcrypt hash for one of its own only if it begins with `$2y$`. */
const setPassword = (users: Table, id: Column, password: Column) => ({
  sql: updateOne(users, id, [
    `${password.sql} = regexp_replace($2, '^\\$2[ab]\\$', '$2y$')`,
    ...(users.columns.has('remember_token')
      ? ["remember_token = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')"]
      : []),
    ...(users.columns.has('updated_at') ? ['updated_at = now()'] : []),
  ]),
  comment: [
    'PHP recognises bcrypt by the prefix $2y$ only; $2b$ is the same hash. A new remember_token ends "remember me".',
  ],
})

async function planSessions(plan: Plan, live: LiveSchema, id: Column, sessions?: Table, tokens?: Table) {
  const deletions = []
  const comment = []
  if (sessions) {
    const column = requireColumn(sessions, 'user_id')
    deletions.push({ from: sessions.sql, where: `user_id = ${idAs(column, id)}`, counted: true })
    plan.indexes = [{ table: sessions, expression: 'user_id' }]
    plan.found.push(`sessions in ${sessions.sql}`)
    plan.assumed.push('SESSION_DRIVER is database. With another driver, use the middleware AuthenticateSession.')
  } else {
    comment.push('Sessions are not in the database: use the middleware AuthenticateSession, which compares the hash.')
    plan.found.push('no table of sessions: use the middleware AuthenticateSession')
  }
  if (tokens) {
    const type = await tokenableType(live, tokens)
    const column = requireColumn(tokens, 'tokenable_id')
    const where = `tokenable_type = ${literal(type)} and tokenable_id = ${idAs(column, id)}`
    deletions.push({ from: tokens.sql, where, counted: true })
    comment.push('API tokens of Sanctum end too. Remove that part if they are to stay valid.')
    plan.found.push(`API tokens of Sanctum in ${tokens.sql}`)
    plan.assumed.push(`Tokens of users have the type ${type}.`)
  }
  plan.endSessions = { sql: deleteCounted(deletions), comment }
}

/** The name of the users' model in the tokens: a class, or a name from a morph map. */
async function tokenableType(live: LiveSchema, tokens: Table) {
  const rows = await live.rows<{ type: string }>(
    `select distinct tokenable_type as type from (select tokenable_type from ${tokens.sql} limit 10000) sample`,
  )
  return rows.find(({ type }) => /user$/i.test(type))?.type ?? 'App\\Models\\User'
}
