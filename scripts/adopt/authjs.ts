import { CliError } from '@/scripts/cli-error'
import type { Framework, ViewColumn } from './framework'
import type { Column, Table } from './live-schema'
import { choosePasswordHash, findPasswordFormats } from './password-format'
import { camelOrSnake, deleteOfUser, type RelatedTable, relatedTable } from './related-table'
import { firstColumn, notEnded, providerName, requireColumn, textColumn, updateOne } from './sql-parts'

const PASSWORD_COLUMNS = [
  'password',
  'password_hash',
  'passwordHash',
  'hashed_password',
  'hashedPassword',
  'encrypted_password',
]

/** Auth.js 5 and NextAuth.js 4, with the adapters for pg, Drizzle and Prisma, and a Credentials provider. */
export const authjs: Framework = {
  name: 'authjs',
  title: 'Auth.js',
  usersTables: ['users', 'user', 'User'],
  recognisedBy: ['id', 'email', 'image'],
  async plan(live, users) {
    const id = requireColumn(users, 'id')
    const password = passwordColumn(users)
    const accounts = relatedTable(live, users, ['userId', 'provider', 'providerAccountId'])
    const sessions = relatedTable(live, users, ['userId', 'sessionToken', 'expires'])
    const chosen = choosePasswordHash(await findPasswordFormats(live, users, password), 'bcrypt')
    const changedAt = camelOrSnake(users, 'passwordChangedAt')
    return {
      found: [
        `passwords in ${users.schema}.${users.name}.${password.name}`,
        ...(accounts
          ? [`accounts table ${accounts.table.schema}.${accounts.table.name}, which holds the providers`]
          : []),
        ...(sessions ? [`sessions table ${sessions.table.schema}.${sessions.table.name}`] : []),
        ...chosen.found,
      ],
      assumed: [
        ...chosen.assumed,
        changedAt
          ? `${changedAt.name} is set with each new password. Refuse older tokens in the jwt callback: a Credentials provider keeps sessions in tokens, which SQL cannot end.`
          : 'A Credentials provider keeps sessions in tokens, which SQL cannot end. To end them, add a column "passwordChangedAt" timestamptz, refuse older tokens in the jwt callback (docs/adopt/authjs.md), and run this again.',
      ],
      columns: {
        id: id.name,
        email: textColumn(requireColumn(users, 'email')).sql,
        username: firstColumn(users, 'username'),
        full_name: firstColumn(users, 'name'),
        picture: firstColumn(users, 'image'),
        locale: firstColumn(users, 'locale', 'language'),
        password_hash: { sql: `nullif(u.${password.sql}, '')` },
        active: active(users),
        sign_in_via: accounts && signInVia(accounts, id, password),
      },
      setPassword: {
        sql: updateOne(users, id, [`${password.sql} = $2`, ...(changedAt ? [`${changedAt.sql} = now()`] : [])]),
        comment: changedAt ? [`${changedAt.name} ends the sessions that are kept in tokens.`] : [],
      },
      endSessions: {
        sql: deleteOfUser(sessions, id),
        comment: ['Sessions with the strategy "database". Those with the strategy "jwt" are no rows.'],
      },
      indexes: [accounts, sessions].flatMap((found) =>
        found ? [{ table: found.table, expression: found.columns.userId.sql }] : [],
      ),
      environment: { PASSWORD_HASH: chosen.value, SIGN_IN_URL: 'https://app.example.com/api/auth/signin' },
    }
  },
}

/** Auth.js has no passwords of its own, so the application has added a column for them. */
function passwordColumn(users: Table): Column {
  const column = PASSWORD_COLUMNS.map((name) => users.columns.get(name)).find((column) => column !== undefined)
  if (column) return column
  const name = `${users.schema}.${users.name}`
  throw new CliError(
    `${name} has no column for passwords, and Auth.js creates none. If people sign in only with providers or links by email, ` +
      `they have nothing to recover. To let them use passwords: alter table ${users.sql} add column password text; then check it ` +
      `in the authorize function of a Credentials provider, as docs/adopt/authjs.md shows, and run this again. ` +
      `Looked for: ${PASSWORD_COLUMNS.join(', ')}.`,
  )
}

function active(users: Table): ViewColumn | undefined {
  const conditions = notEnded(users)
  return conditions.length > 0 ? { sql: conditions.join(' and ') } : undefined
}

/** The provider of a person who has no password. */
const signInVia = ({ table, columns }: RelatedTable<'userId'>, id: Column, password: Column): ViewColumn => ({
  sql: `case when coalesce(u.${password.sql}, '') = '' then
     (select ${providerName('p.provider')} from ${table.sql} p where p.${columns.userId.sql} = u.${id.sql}
      order by p.provider limit 1) end`,
  comment: 'People who sign in only with a provider. They are told so, and get no link.',
})
