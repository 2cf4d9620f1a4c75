import { CliError } from '@/scripts/cli-error'
import type { Framework, FunctionBody, ViewColumn } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { choosePasswordHash, findPasswordFormats } from './password-format'
import { camelOrSnake, deleteOfUser, type RelatedTable, relatedTable } from './related-table'
import { firstColumn, idAs, providerName, requireColumn, textColumn } from './sql-parts'

/** better-auth 1, with Kysely, Drizzle or Prisma, column names in camel case or snake case. */
export const betterAuth: Framework = {
  name: 'better-auth',
  title: 'better-auth',
  usersTables: ['user', 'users', 'User'],
  recognisedBy: ['id', 'email', 'name', 'image'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const account = accountTable(live, users)
    const sessions = relatedTable(live, users, ['userId', 'expiresAt', 'token'])
    const ofCredential = `${account.columns.providerId.sql} = 'credential'`
    const formats = await findPasswordFormats(live, account.table, account.columns.password, ofCredential)
    const chosen = choosePasswordHash(formats, 'better-auth-scrypt')
    return {
      found: [
        `accounts table ${account.table.schema}.${account.table.name}, which holds the passwords`,
        ...(sessions ? [`sessions table ${sessions.table.schema}.${sessions.table.name}`] : []),
        ...chosen.found,
      ],
      assumed: [
        ...chosen.assumed,
        ...(sessions
          ? [
              'With session.cookieCache, an ended session works until the cache in its cookie expires (maxAge, five minutes by default).',
            ]
          : [
              'There is no table of sessions, so they are in a secondary storage, where SQL cannot end them. End them in your application when EVENTS_URL receives password.changed or account.secured.',
            ]),
      ],
      columns: {
        id: id.name,
        email: textColumn(requireColumn(users, 'email')).sql,
        username: firstColumn(users, 'username'),
        full_name: firstColumn(users, 'name'),
        picture: firstColumn(users, 'image'),
        locale: firstColumn(users, 'locale', 'language'),
        password_hash: {
          sql: `(select c.${account.columns.password.sql} from ${account.table.sql} c
   where c.${account.columns.userId.sql} = u.${id.sql} and c.${ofCredential} limit 1)`,
          comment: 'A scalar subquery: a view with a join cannot be locked.',
        },
        active: active(users),
        sign_in_via: signInVia(account, id),
      },
      setPassword: setPassword(users, id, account),
      endSessions: {
        sql: deleteOfUser(sessions, id),
        comment: sessions ? ['Every session, on every device.'] : ['Sessions are not rows of this database.'],
      },
      indexes: [account, ...(sessions ? [sessions] : [])].map(({ table, columns }) => ({
        table,
        expression: columns.userId.sql,
      })),
      environment: { PASSWORD_HASH: chosen.value, SIGN_IN_URL: 'https://app.example.com/sign-in' },
    }
  },
}

type AccountTable = RelatedTable<'id' | 'accountId' | 'providerId' | 'userId' | 'password'>

/** The table with a row for each way in which a person signs in. One of them, the credential, is the password. */
function accountTable(live: LiveSchema, users: Table): AccountTable {
  const found = relatedTable(live, users, ['id', 'accountId', 'providerId', 'userId', 'password'])
  if (found) return found
  throw new CliError(
    'There is no account table of better-auth, with the columns id, accountId, providerId, userId and password. ' +
      'Run the migrations of better-auth first, or follow docs/adopt/own-table.md.',
  )
}

/** The admin plugin bars people with `banned`; the anonymous plugin makes up an address for visitors. */
function active(users: Table): ViewColumn | undefined {
  const banned = users.columns.get('banned')
  const banExpires = camelOrSnake(users, 'banExpires')
  const isAnonymous = camelOrSnake(users, 'isAnonymous')
  const conditions: string[] = []
  if (banned) {
    const isOver = banExpires ? ` and coalesce(u.${banExpires.sql} > now(), true)` : ''
    conditions.push(`not (coalesce(u.${banned.sql}, false)${isOver})`)
  }
  if (isAnonymous) conditions.push(`not coalesce(u.${isAnonymous.sql}, false)`)
  return conditions.length > 0 ? { sql: conditions.join(' and ') } : undefined
}

/** The provider of a person who has no password. */
function signInVia({ table, columns }: AccountTable, id: Column): ViewColumn {
  const { providerId, userId, password } = columns
  const updatedAt = camelOrSnake(table, 'updatedAt')
  const ofPerson = `${table.sql} p where p.${userId.sql} = u.${id.sql}`
  const newest = [...(updatedAt ? [`p.${updatedAt.sql} desc`] : []), `p.${providerId.sql}`].join(', ')
  return {
    sql: `case when not exists (select from ${ofPerson} and p.${password.sql} is not null) then
     (select ${providerName(`p.${providerId.sql}`)}
      from ${ofPerson} and p.${providerId.sql} <> 'credential'
      order by ${newest} limit 1) end`,
    comment: 'People who sign in only with a provider: the one that they used last. They are told so, and get no link.',
  }
}

/**
 * As better-auth's own reset, which adds a credential for a person who has none. But a person who signs in only with a
 * provider is left as they are: an old link must not add a second way in.
 */
function setPassword(users: Table, id: Column, account: AccountTable): FunctionBody {
  const { table, columns } = account
  const { accountId, providerId, userId, password } = columns
  const createdAt = camelOrSnake(table, 'createdAt')
  const updatedAt = camelOrSnake(table, 'updatedAt')
  const newId = newIdFor(columns.id)
  const values: [Column | undefined, string][] = [
    [newId ? columns.id : undefined, newId ?? ''],
    [accountId, `u.${id.sql}::${accountId.type}`],
    [providerId, `'credential'`],
    [userId, userId.type === id.type ? `u.${id.sql}` : `u.${id.sql}::${userId.type}`],
    [password, '$2'],
    [createdAt, 'now()'],
    [updatedAt, 'now()'],
  ]
  const given = values.flatMap(([column, value]) => (column ? [{ column, value }] : []))
  const own = idAs(userId, id)
  return {
    sql: `with changed as (
  update ${table.sql}
  set ${[`${password.sql} = $2`, ...(updatedAt ? [`${updatedAt.sql} = now()`] : [])].join(', ')}
  where ${userId.sql} = ${own} and ${providerId.sql} = 'credential'
  returning 1
), added as (
  insert into ${table.sql} (${given.map(({ column }) => column.sql).join(', ')})
  select ${given.map(({ value }) => value).join(', ')}
  from ${users.sql} u
  where u.${id.sql} = $1 and not exists (select from ${table.sql} where ${userId.sql} = ${own})
  returning 1
)
select exists (select from changed) or exists (select from added)`,
    comment: [
      'Changes the credential, or adds one for a person who has no way to sign in with it yet (magic links, passkeys).',
      'False for a person who signs in only with a provider: the password would be a second way in.',
    ],
  }
}

/** How better-auth makes ids: texts of 32 letters and digits, UUIDs, or numbers that the database gives. */
function newIdFor({ type }: Column): string | undefined {
  if (type === 'uuid') return 'gen_random_uuid()'
  return /^(text|character varying)$/.test(type) ? `replace(gen_random_uuid()::text, '-', '')` : undefined
}
