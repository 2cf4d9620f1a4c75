import { accountIdBody } from '@/scripts/account-id'
import { CliError } from '@/scripts/cli-error'
import type { Plan, ViewColumn } from './framework'
import type { Column, Table } from './live-schema'
import { indented } from './sql-parts'

/** What the file is written from. */
export interface Directory {
  /** The framework's name in texts, and the command that writes this file. */
  title: string
  command: string
  users: Table
  /** The key of the users table. */
  id: Column
  plan: Plan
  /** The role of Latchkey's servers, as SQL writes it. */
  role: string
  /** The indexes that the database does not have yet. */
  missingIndexes: { table: Table; expression: string }[]
}

/** Writes the SQL file: the view, the functions and the grants in one transaction, then the missing indexes. */
export function writeSql(directory: Directory): string {
  const sections = [
    header(directory),
    'begin;\n\n' +
      "-- Wait for a busy table at most this long. If the time is over, nothing has changed: try again.\nset local lock_timeout = '10s';\n\n" +
      'create schema if not exists latchkey;\n\ndrop view if exists latchkey.accounts;',
    ...copiedColumns(directory),
    view(directory),
    functions(directory),
    grants(directory),
    'commit;',
    indexes(directory),
  ]
  return `${sections.join('\n\n')}\n`
}

/** Names of tables and roles may contain line breaks, which would end the comment. */
const comment = (lines: string[]) =>
  lines.map((line) => `-- ${line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}`.trimEnd()).join('\n')

const header = ({ title, command, users, plan }: Directory) =>
  comment([
    `Connects Latchkey to the users of ${title} in ${users.sql}.`,
    '',
    `Written by: ${command}`,
    'Read it, change what is not right for you, and apply it with the role that ran `npm run migrate`. That role must',
    `own ${users.sql} or have all rights on it (the owner is ${users.owner}):`,
    '',
    '  psql "$DATABASE_DIRECT_URL" -v ON_ERROR_STOP=1 -f latchkey.sql',
    '',
    'It creates nothing in the schemas of your application except the indexes at the end. It can be applied again.',
    ...(plan.assumed.length > 0 ? ['', 'Assumed:', ...plan.assumed.map((line) => `  ${line}`)] : []),
  ])

const copiedColumns = ({ plan: { copy } }: Directory) => (copy ? [`${comment(copy.comment)}\n${copy.sql}`] : [])

/** The columns of the view in their order. A column that the plan leaves out is null, except for `active`. */
function view({ users, id, plan: { columns, copy } }: Directory) {
  const missing = { sql: 'null::text' }
  const email = columns.email
  const all: Record<string, ViewColumn> = {
    id: { sql: `u.${id.sql}` },
    email: { sql: email },
    username: columns.username ?? missing,
    full_name: columns.full_name ?? missing,
    picture: columns.picture ?? missing,
    locale: columns.locale ?? missing,
    password_hash: columns.password_hash,
    active: columns.active ?? { sql: 'true' },
    sign_in_via: columns.sign_in_via ?? missing,
  }
  const lines = Object.entries(all).map(([name, { sql, comment: why }], n, { length }) => {
    const expression = indented(sql, 2)
    const alias = sql === `u.${name}` ? '' : ` as ${name}`
    return `${why ? `  -- ${why}\n` : ''}  ${expression}${alias}${n < length - 1 ? ',' : ''}`
  })
  return `${comment([
    "Latchkey's view of your users. It reads each account here when it writes an email and when it changes a password.",
    'A left join, `distinct`, `group by` or `union` would keep it from locking the row: use scalar subqueries instead.',
  ])}\ncreate view latchkey.accounts as\nselect\n${lines.join('\n')}\nfrom ${users.sql} u${copy ? `\njoin ${copy.table} ${copy.join}` : ''};`
}

function functions({ users, id, plan }: Directory) {
  // A trigger of the application may name its tables without their schema.
  const searchPath = users.triggers ? `pg_catalog, ${users.sql.split('.')[0]}, pg_temp` : 'pg_catalog, pg_temp'
  const write = (name: string, args: string, returns: string, options: string, body: string, about: string[]) =>
    `${comment(about)}\ndrop function if exists latchkey.${name};\ncreate function latchkey.${name}(${args}) returns ${returns}\nlanguage sql ${options}\nas $$\n  ${indented(withoutDollars(body), 2)}\n$$;`
  const definer = `volatile security definer set search_path = ${searchPath}`
  return [
    write('account_id', 'text', id.type, 'immutable parallel safe', accountIdBody(id.type), [
      `The id of an account (${id.type}) from its text form. Text that is no id gives null.`,
    ]),
    write('set_password', `account ${id.type}, hash text`, 'boolean', definer, plan.setPassword.sql, [
      'Stores a new password hash. Returns false when the account is gone.',
      ...plan.setPassword.comment,
    ]),
    write('end_sessions', `account ${id.type}`, 'integer', definer, plan.endSessions.sql, [
      'Ends the sessions of an account. Returns how many there were. It runs in the statement that changes the password.',
      ...plan.endSessions.comment,
    ]),
  ].join('\n\n')
}

/** A name with two dollar signs would end the body of its function. */
function withoutDollars(body: string): string {
  if (!body.includes('$$')) return body
  throw new CliError(
    'A table or column has two dollar signs in its name. Write the directory by hand: docs/adopt/own-table.md',
  )
}

const signatures = ({ id }: Directory) => [
  'latchkey.account_id(text)',
  `latchkey.set_password(${id.type}, text)`,
  `latchkey.end_sessions(${id.type})`,
]

function grants(directory: Directory) {
  const { role, plan } = directory
  const functions = signatures(directory).join(',\n  ')
  const trigger = plan.copy ? `\nrevoke all on function latchkey.copy_supabase_email() from public;` : ''
  return `${comment([
    "The rights of Latchkey's servers, whose DATABASE_URL signs in as this role. It has no right on your tables: it reads",
    'users through the view and changes them through the two functions, which run with the rights of their owner.',
    'Create the role first, with a password of your own:',
    '',
    `  create role ${role} login password '...';`,
  ])}
grant usage on schema latchkey to ${role};
grant select, insert, update, delete on all tables in schema latchkey to ${role};
grant usage on all sequences in schema latchkey to ${role};
-- The same for the tables of later versions, which \`npm run migrate\` creates.
alter default privileges in schema latchkey grant select, insert, update, delete on tables to ${role};
alter default privileges in schema latchkey grant usage on sequences to ${role};
-- What the owner runs at the next update, and accounts that Latchkey does not keep here.
revoke insert, update, delete on latchkey.migrations from ${role};
revoke all on latchkey.users from ${role};

-- Locking a row needs the right to update one column. This one is computed, so nothing can be written to it.
revoke all on latchkey.accounts${plan.copy ? `, ${plan.copy.table}` : ''} from public, ${role};
grant select, update (sign_in_via) on latchkey.accounts to ${role};

revoke all on function
  ${functions}
from public;${trigger}
grant execute on function
  ${functions}
to ${role};`
}

/** PostgreSQL cuts longer names. */
const MAX_NAME = 63

function indexes({ missingIndexes }: Directory) {
  if (missingIndexes.length === 0) return '-- Every index that Latchkey needs exists.'
  const statements = missingIndexes.map(({ table, expression }) => {
    const words = expression.replace(/collate|lower|"C"|::\w+/g, '').match(/\w+/g) ?? []
    const name = `latchkey_${table.name}_${words.join('_')}`.toLowerCase().replace(/\W/g, '_').slice(0, MAX_NAME)
    return `create index concurrently if not exists ${name}\n  on ${table.sql} (${expression});`
  })
  return `${comment([
    'Indexes for finding accounts. They are built while your application goes on writing, which cannot be done in a',
    'transaction. If a build is interrupted, drop the index and create it again.',
  ])}\n${statements.join('\n')}`
}
