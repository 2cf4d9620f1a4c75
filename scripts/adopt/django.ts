import type { Framework, Plan, ViewColumn } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import {
  deleteCounted,
  firstColumn,
  idAs,
  indented,
  providerName,
  requireColumn,
  textColumn,
  updateOne,
} from './sql-parts'

/** Tables whose rows are sessions or tokens of a user: of Django REST framework, knox and packages of sessions by user. */
const SESSION_TABLES = [
  'django_session',
  'user_sessions_session',
  'qsessions_session',
  'authtoken_token',
  'knox_authtoken',
]

/** Django: `auth_user`, or a custom user model, which has the columns of AbstractBaseUser. */
export const django: Framework = {
  name: 'django',
  title: 'Django',
  usersTables: ['auth_user', 'users_user', 'accounts_user', 'core_user'],
  recognisedBy: ['password', 'last_login', 'email'],
  async plan(live, users) {
    const id = requireColumn(users, users.columns.has('id') ? 'id' : 'uuid')
    const password = requireColumn(users, 'password')
    const email = requireColumn(users, 'email')
    const social = live.find(`${users.schema}.socialaccount_socialaccount`)
    const plan: Plan = {
      found: [],
      assumed: [],
      columns: {
        id: id.name,
        email: textColumn(email).sql,
        username: firstColumn(users, 'username'),
        full_name: fullName(users),
        picture: firstColumn(users, 'picture', 'avatar_url'),
        locale: firstColumn(users, 'locale', 'language'),
        password_hash: {
          sql: `case when u.${password.sql} not like '!%' then u.${password.sql} end`,
          comment: 'Django marks an unusable password with an exclamation mark.',
        },
        active: active(users, password, social, id),
        sign_in_via: social && signInVia(social, password, id),
      },
      setPassword: { sql: updateOne(users, id, [`${password.sql} = $2`]), comment: [] },
      endSessions: { sql: 'select 0', comment: [] },
      environment: {
        PASSWORD_HASH: await passwordHash(live, users, id, password),
        SIGN_IN_URL: 'https://app.example.com/accounts/login/',
      },
    }
    plan.found.push(social ? `social accounts of django-allauth in ${social.sql}` : 'no social accounts')
    plan.found.push(`new passwords: ${plan.environment.PASSWORD_HASH}, as the newest users have`)
    planSessions(plan, live, users, id)
    return plan
  },
}

function fullName(users: Table): ViewColumn | undefined {
  const names = ['first_name', 'last_name'].filter((name) => users.columns.has(name)).map((name) => `u.${name}`)
  if (names.length === 2) return { sql: `nullif(btrim(concat_ws(' ', ${names.join(', ')})), '')` }
  return firstColumn(users, 'full_name', 'name')
}

const socialRow = (social: Table, id: Column) => `from ${social.sql} s where s.user_id = u.${id.sql}`

/** As Django's own reset form does, an account with an unusable password gets no link. */
function active(users: Table, password: Column, social: Table | undefined, id: Column): ViewColumn {
  const usable = `u.${password.sql} not like '!%'`
  const known = social ? `(\n  ${usable}\n  or exists (select ${socialRow(social, id)})\n)` : usable
  return {
    sql: users.columns.has('is_active') ? `u.is_active and ${known}` : known,
    comment: "As in Django's own reset form, a person with an unusable password gets no link (for example with LDAP).",
  }
}

function signInVia(social: Table, password: Column, id: Column): ViewColumn {
  return {
    sql: `case when u.${password.sql} like '!%' then (
  select ${indented(providerName('s.provider'), 2)}
  ${socialRow(social, id)}
  order by s.last_login desc limit 1
) end`,
    comment: 'The provider of people who have no password: the one that they used last.',
  }
}

/** The hasher of the newest users, of those that Latchkey can write. */
async function passwordHash(live: LiveSchema, users: Table, id: Column, password: Column) {
  const newest = `select ${password.sql} as hash from ${users.sql} where ${password.sql} not like '!%'
    order by ${id.sql} desc limit 200`
  const [row] = await live.rows<{ argon2: boolean | null }>(
    `select avg((hash like 'argon2$%')::int) > 0.5 as argon2 from (${newest}) newest`,
  )
  return row?.argon2 ? 'django-argon2' : 'django-pbkdf2-sha256'
}

function planSessions(plan: Plan, live: LiveSchema, users: Table, id: Column) {
  const tables = SESSION_TABLES.flatMap((name) => live.find(`${users.schema}.${name}`) ?? []).filter(({ columns }) =>
    columns.has('user_id'),
  )
  const deletions = tables.map((table) => {
    const column = requireColumn(table, 'user_id')
    return { from: table.sql, where: `user_id = ${idAs(column, id)}`, counted: true }
  })
  plan.indexes = tables.map((table) => ({ table, expression: 'user_id' }))
  plan.endSessions = {
    sql: deleteCounted(deletions),
    comment: [
      'Django ends its sessions itself: each holds a digest of the password hash, and is no longer accepted once the hash',
      'has changed. The table django_session does not say whose session a row is.',
      ...(tables.length > 0
        ? ['The tables below hold sessions or API tokens. Remove those that are to stay valid.']
        : []),
    ],
  }
  plan.found.push(
    tables.length > 0
      ? `sessions and tokens that are rows of a user: ${tables.map(({ sql }) => sql).join(', ')}`
      : 'no table of sessions by user: Django ends sessions itself when the hash changes',
  )
}
