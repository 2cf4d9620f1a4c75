import type postgres from 'postgres'
import { accountIdBody } from '@/scripts/account-id'
import { type Finding, fault, ok, reasonOf } from './finding'

/**
 * Checks the account directory's view and functions: that they exist with the right types, and that the connection's
 * role may use them. `npm start` runs these checks too, and refuses to start with a fault.
 */
export async function checkDirectory(sql: postgres.Sql): Promise<Finding[]> {
  const columns = await readColumns(sql)
  if (columns.size === 0) return [missingView]
  const findings = [...columnFaults(columns), ...(await functionFaults(sql)), ...(await privilegeFaults(sql))]
  if (findings.length > 0) return findings
  const inUse = [...(await typeFaults(sql)), ...(await accountIdFaults(sql)), ...(await lockFaults(sql))]
  return inUse.length > 0 ? inUse : [ok('the account directory: view, functions and privileges')]
}

const missingView = fault(
  'the view latchkey.accounts does not exist',
  'Write it with `npm run adopt -- <framework>`, and apply the file (docs/adopt/)',
)

/** The columns of the view. `text`: any type of text. `any`: whatever type ids have. */
const COLUMNS: Record<string, 'any' | 'text' | 'boolean'> = {
  id: 'any',
  email: 'text',
  username: 'text',
  full_name: 'text',
  picture: 'text',
  locale: 'text',
  password_hash: 'text',
  active: 'boolean',
  sign_in_via: 'text',
}

/** `typcategory` in pg_type: S for texts, B for booleans. */
const CATEGORIES = { text: 'S', boolean: 'B' }

interface Column {
  name: string
  type: string
  category: string
}

async function readColumns(sql: postgres.Sql): Promise<Map<string, Column>> {
  const rows = await sql<Column[]>`
    select a.attname as name, format_type(a.atttypid, null) as type, t.typcategory as category
    from pg_attribute a join pg_type t on t.oid = a.atttypid
      join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'latchkey' and c.relname = 'accounts' and a.attnum > 0 and not a.attisdropped`
  return new Map(rows.map((row) => [row.name, row]))
}

const columnFaults = (columns: Map<string, Column>): Finding[] =>
  Object.entries(COLUMNS).flatMap(([name, expected]) => {
    const column = columns.get(name)
    const what = `latchkey.accounts.${name}`
    if (!column)
      return fault(`${what} is missing`, `Add it to the view, as null::${expected} if your tables have no such column`)
    if (expected === 'any' || column.category === CATEGORIES[expected]) return []
    return fault(`${what} is of type ${column.type}, not ${expected}`, `Cast it in the view: …::${expected} as ${name}`)
  })

/** What the core writes to call each function, with the type that it must return. */
const FUNCTIONS = {
  account_id: { call: 'latchkey.account_id(a.email::text) = a.id', returns: null },
  set_password: { call: "latchkey.set_password(a.id, 'hash'::text)", returns: 'boolean' },
  end_sessions: { call: 'latchkey.end_sessions(a.id)', returns: 'integer' },
}

async function functionFaults(sql: postgres.Sql): Promise<Finding[]> {
  const found = await sql<{ name: string; role: string; returns: string; volatility: string; callable: boolean }[]>`
    select p.proname as name, quote_ident(current_user) as role, format_type(p.prorettype, null) as returns, p.provolatile as volatility,
      has_function_privilege(p.oid, 'execute') as callable
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'latchkey' and p.proname = any (string_to_array(${Object.keys(FUNCTIONS).join(',')}, ','))`
  const findings: Finding[] = []
  for (const [name, { returns }] of Object.entries(FUNCTIONS)) {
    const present = found.filter((row) => row.name === name)
    const [row] = present
    const what = `the function latchkey.${name}`
    if (!row) findings.push(fault(`${what} does not exist`, 'Apply the file that `npm run adopt` writes'))
    else if (present.length > 1)
      findings.push(fault(`${what} exists ${present.length} times`, 'Drop those that do not take an id of the view'))
    else if (!row.callable)
      findings.push(
        fault(`${row.role} may not call ${what}`, `Run: grant execute on function latchkey.${name} to ${row.role};`),
      )
    else if (returns && row.returns !== returns)
      findings.push(fault(`${what} returns ${row.returns}, not ${returns}`, 'Create it again with the right type'))
    else if (name === 'account_id' && row.volatility !== 'i')
      findings.push(fault(`${what} is not immutable, so no index can be used`, 'Create it again as immutable'))
  }
  return findings
}

/** Plans a call of each function without running it: PostgreSQL refuses arguments of another type than the view's id. */
async function typeFaults(sql: postgres.Sql): Promise<Finding[]> {
  for (const [name, { call }] of Object.entries(FUNCTIONS)) {
    try {
      await sql.unsafe(`explain select ${call} from latchkey.accounts a where false`)
    } catch (error) {
      const text = `the function latchkey.${name} does not fit the view (${reasonOf(error)})`
      return [fault(text, 'Let it take an id of the type of accounts.id')]
    }
  }
  return []
}

/** The tables that only Latchkey's own accounts need, and the journal of the migrations, which servers only read. */
const OTHER_TABLES = ['users', 'migrations']

async function privilegeFaults(sql: postgres.Sql): Promise<Finding[]> {
  const [view] = await sql`
    select current_user as role, has_table_privilege('latchkey.accounts', 'select') as "mayRead",
      has_any_column_privilege('latchkey.accounts', 'update') as "mayLock"`
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'latchkey' and c.relkind in ('r', 'p')
      and not c.relname = any (string_to_array(${OTHER_TABLES.join(',')}, ','))
      and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
        and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))`
  const findings: Finding[] = []
  const role = String(view?.role)
  if (!view?.mayRead)
    findings.push(fault(`${role} may not read latchkey.accounts`, `Run: grant select on latchkey.accounts to ${role};`))
  if (!view?.mayLock)
    findings.push(
      fault(
        `${role} may not lock rows of latchkey.accounts`,
        `Run: grant update (sign_in_via) on latchkey.accounts to ${role};`,
      ),
    )
  if (tables.length > 0)
    findings.push(
      fault(
        `${role} may not change ${tables.map(({ name }) => `latchkey.${name}`).join(', ')}`,
        `Run: grant select, insert, update, delete on all tables in schema latchkey to ${role};`,
      ),
    )
  return findings
}

async function accountIdFaults(sql: postgres.Sql): Promise<Finding[]> {
  const [idType] = await sql<{ name: string; isText: boolean }[]>`
    select format_type(oid, null) as name, typcategory = 'S' as "isText"
    from pg_type where oid = (select prorettype from pg_proc where oid = 'latchkey.account_id(text)'::regprocedure)`
  const { name, isText } = idType as { name: string; isText: boolean }
  const fix = `Let it check the form first: ${accountIdBody(name)}`
  try {
    const [row] = await sql`
      select latchkey.account_id('no such id') is null and latchkey.account_id('') is null as "refusesOthers",
        (select coalesce(latchkey.account_id(a.id::text) = a.id, false) from latchkey.accounts a limit 1) as "findsId"`
    // Without an account there is no id to try, and any text may be an id of type text.
    if (row?.findsId === false)
      return [fault('latchkey.account_id does not return the id of an account for the text of that id', fix)]
    if (isText || row?.refusesOthers) return []
    throw new Error('it returns a value')
  } catch (error) {
    return [fault(`latchkey.account_id does not return null for text that is no id (${reasonOf(error)})`, fix)]
  }
}

async function lockFaults(sql: postgres.Sql): Promise<Finding[]> {
  try {
    await sql`select id from latchkey.accounts a limit 1 for no key update of a skip locked`
    return []
  } catch (error) {
    const text = `rows of latchkey.accounts cannot be locked (${reasonOf(error)})`
    return [fault(text, 'Use scalar subqueries in the view instead of outer joins, and no distinct, group by or union')]
  }
}
