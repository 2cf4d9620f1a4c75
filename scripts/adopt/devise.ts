import type { Framework, FunctionBody, ViewColumn } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { choosePasswordHash, findPasswordFormats } from './password-format'
import { firstColumn, notEnded, providerName, requireColumn, textColumn, updateOne } from './sql-parts'

/** Devise 4, with any of its modules, for Ruby on Rails. */
export const devise: Framework = {
  name: 'devise',
  title: 'Devise',
  usersTables: ['users', 'accounts', 'members', 'admins'],
  recognisedBy: ['email', 'encrypted_password'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const password = requireColumn(users, 'encrypted_password')
    const chosen = choosePasswordHash(await findPasswordFormats(live, users, password), 'bcrypt')
    const modules = modulesOf(users)
    return {
      found: [...(modules.length > 0 ? [`Devise modules: ${modules.join(', ')}`] : []), ...chosen.found],
      assumed: [...chosen.assumed, ...assumptions(users)],
      columns: {
        id: id.name,
        email: textColumn(requireColumn(users, 'email')).sql,
        username: firstColumn(users, 'username', 'login', 'user_name'),
        full_name: fullName(users),
        picture: firstColumn(users, 'avatar_url', 'picture_url', 'image_url'),
        locale: firstColumn(users, 'locale', 'language'),
        password_hash: {
          sql: `nullif(u.${password.sql}, '')`,
          comment: 'Devise stores an empty text for people without a password.',
        },
        active: active(users),
        sign_in_via: signInVia(live, users),
      },
      setPassword: setPassword(users, id, password),
      endSessions: endSessions(users, id),
      environment: {
        PASSWORD_HASH: chosen.value,
        PASSWORD_PEPPER: '<config.pepper in config/initializers/devise.rb; leave this out if it is not set>',
        SIGN_IN_URL: 'https://app.example.com/users/sign_in',
      },
    }
  },
}

/** The modules whose columns the table has. */
function modulesOf({ columns }: Table) {
  const modules = {
    Recoverable: 'reset_password_token',
    Rememberable: 'remember_created_at',
    Lockable: 'locked_at',
    Confirmable: 'confirmed_at',
    Omniauthable: 'provider',
  }
  return Object.entries(modules).flatMap(([module, column]) => (columns.has(column) ? [module] : []))
}

function assumptions({ columns }: Table) {
  const lines = ['A pepper cannot be seen in the database. If config.pepper is set, set PASSWORD_PEPPER to it.']
  if (columns.has('confirmed_at')) {
    lines.push(
      'People who have not confirmed their address can reset their password, as in Devise, and must still confirm it to sign in.',
    )
  }
  if (columns.has('locked_at')) {
    lines.push(
      'A reset unlocks the account, as in Devise with unlock_strategy :both or :email. With :time or :none, remove the lines on failed_attempts, locked_at and unlock_token.',
    )
  }
  if (columns.has('provider')) {
    lines.push(
      'People with a provider sign in there and get no link: OmniAuth gives them a random password. If people can have both, make sign_in_via null for them.',
    )
  }
  return lines
}

const fullName = (users: Table): ViewColumn | undefined =>
  users.columns.has('first_name') && users.columns.has('last_name')
    ? { sql: `nullif(concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, '')), '')` }
    : firstColumn(users, 'full_name', 'name', 'display_name')

function active(users: Table): ViewColumn | undefined {
  const flags = ['active', 'is_active']
    .flatMap((name) => users.columns.get(name) ?? [])
    .filter(({ type }) => type === 'boolean')
    .map(({ sql }) => `coalesce(u.${sql}, true)`)
  const conditions = [...notEnded(users), ...flags]
  if (conditions.length === 0) return undefined
  return {
    sql: conditions.join(' and '),
    comment: 'If your model overrides active_for_authentication?, say the same here.',
  }
}

/** OmniAuth, with the provider in the users table, or in a table of identities as its wiki describes. */
function signInVia(live: LiveSchema, users: Table): ViewColumn | undefined {
  const provider = users.columns.get('provider')
  if (provider) {
    const sql = `u.${provider.sql}`
    return {
      sql: `case when ${sql} not in ('', 'email') then ${providerName(sql)} end`,
      comment: 'devise_token_auth calls it "email" when people sign in with a password.',
    }
  }
  const identities = ['identities', 'authentications', 'user_identities'].flatMap((name) => live.find(name) ?? [])
  const table = identities.find(({ columns }) => columns.has('provider') && columns.has('user_id'))
  if (!table) return undefined
  const one = `select ${providerName('i.provider')} from ${table.sql} i where i.user_id = u.id order by i.provider limit 1`
  return {
    sql: `case when u.encrypted_password = '' then (${one}) end`,
    comment: 'People without a password who have signed in with a provider.',
  }
}

function setPassword(users: Table, id: Column, password: Column): FunctionBody {
  const { columns } = users
  const reset = [
    ['reset_password_token', 'null'],
    ['reset_password_sent_at', 'null'],
    ['failed_attempts', '0'],
    ['locked_at', 'null'],
    ['unlock_token', 'null'],
    ['password_changed_at', utcNow(columns.get('password_changed_at'))],
    ['updated_at', utcNow(columns.get('updated_at'))],
  ] as const
  const assignments = reset.filter(([name]) => columns.has(name)).map(([name, value]) => `${name} = ${value}`)
  return {
    sql: updateOne(users, id, [`${password.sql} = $2`, ...assignments]),
    comment: [
      'What Devise changes with a reset: open reset links end, and a locked account is unlocked.',
      'Sessions hold the salt of the hash, so this also ends them.',
    ],
  }
}

function endSessions(users: Table, id: Column): FunctionBody {
  const { columns } = users
  const ending = [
    { column: 'remember_created_at', value: 'null', what: '"remember me"' },
    { column: 'remember_token', value: 'null', what: '"remember me"' },
    { column: 'jti', value: `gen_random_uuid()::${columns.get('jti')?.type}`, what: 'the tokens of devise-jwt' },
    ...(columns.has('uid') ? [{ column: 'tokens', value: 'null', what: 'the tokens of devise_token_auth' }] : []),
  ].filter(({ column, value }) => columns.has(column) && (value !== 'null' || columns.get(column)?.nullable))
  const comment = ['Devise has no rows for sessions: they end because the salt of the hash changes. So this returns 0.']
  if (ending.length === 0) return { sql: 'select 0', comment }
  const assignments = ending.map(({ column, value }) => `${column} = ${value}`).join(', ')
  const ended = [...new Set(ending.map(({ what }) => what))].join(' and ')
  return {
    sql: `with ended as (update ${users.sql} set ${assignments} where ${id.sql} = $1)\nselect 0`,
    comment: [...comment, `It also ends ${ended}.`],
  }
}

/** Rails stores times in UTC, by default in columns without a time zone. */
const utcNow = (column: Column | undefined) =>
  column?.type === 'timestamp without time zone' ? `now() at time zone 'utc'` : 'now()'
