import type postgres from 'postgres'
import { OWN_DIRECTORY } from '@/server/db/migrate'
import { type Finding, fault, ok } from './finding'

/**
 * Checks that no other role can reach accounts through this role or the directory's functions, and that the directory is
 * the one that ACCOUNTS names. `npm start` runs these checks too.
 */
export async function checkSafety(sql: postgres.Sql, accounts: 'own' | 'external'): Promise<Finding[]> {
  const faults = [
    ...(await ownerFaults(sql, accounts)),
    ...(await searchPathFaults(sql)),
    ...(await definerFaults(sql)),
    ...(await viewFaults(sql)),
  ]
  return faults.length > 0 ? faults : [ok('no other role can change what this one calls')]
}

async function ownerFaults(sql: postgres.Sql, accounts: 'own' | 'external'): Promise<Finding[]> {
  const [view] = await sql`select obj_description('latchkey.accounts'::regclass, 'pg_class') as comment`
  const isOwn = view?.comment === OWN_DIRECTORY
  if (accounts === 'own' && !isOwn)
    return [fault('ACCOUNTS is own, but latchkey.accounts leads to another application', 'Set ACCOUNTS=external')]
  if (accounts === 'external' && isOwn)
    return [
      fault(
        "ACCOUNTS is external, but latchkey.accounts still leads to Latchkey's own accounts",
        'Apply the file that `npm run adopt` writes',
      ),
    ]
  return []
}

/** A function in a schema of the search path can be called instead of one of PostgreSQL's own (CVE-2018-1058). */
async function searchPathFaults(sql: postgres.Sql): Promise<Finding[]> {
  const rows = await sql<{ role: string; schema: string }[]>`
    select quote_ident(current_user) as role, quote_ident(n.nspname) as schema from pg_namespace n
    where n.nspname = any (current_schemas(false)) and has_schema_privilege('public', n.oid, 'create')`
  return rows.map(({ role, schema }) =>
    fault(
      `every role may create functions in the schema ${schema}, and the search_path of ${role} includes it`,
      `Run: alter role ${role} set search_path = pg_catalog, pg_temp; and let the pooler connect again`,
    ),
  )
}

/** The same for functions that run with the rights of their owner. */
async function definerFaults(sql: postgres.Sql): Promise<Finding[]> {
  const functions = await sql<{ name: string; settings: string }[]>`
    select p.proname as name, coalesce(array_to_string(p.proconfig, chr(10)), '') as settings
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'latchkey' and p.prosecdef and p.proname in ('set_password', 'end_sessions')`
  const findings: Finding[] = []
  for (const { name, settings } of functions) {
    const path = /^search_path=(.*)$/m.exec(settings)?.[1]
    const what = `latchkey.${name} runs with the rights of its owner`
    if (path === undefined) {
      findings.push(fault(`${what}, with the search_path of its caller`, SET_SEARCH_PATH))
      continue
    }
    const open = await sql<{ schema: string }[]>`
      select quote_ident(n.nspname) as schema from pg_namespace n
      where quote_ident(n.nspname) = any (string_to_array(${path.replaceAll(/\s/g, '')}, ','))
        and (has_schema_privilege('public', n.oid, 'create') or has_schema_privilege(n.oid, 'create'))
        and not pg_has_role(n.nspowner, 'usage')`
    for (const { schema } of open) {
      const text = `${what}, and other roles may create functions in the schema ${schema} of its search_path`
      findings.push(fault(text, `Run: revoke create on schema ${schema} from public;`))
    }
  }
  return findings
}

const SET_SEARCH_PATH = 'Create it with: security definer set search_path = pg_catalog, pg_temp'

/** A simple view can be written to, and so can the table behind it. */
async function viewFaults(sql: postgres.Sql): Promise<Finding[]> {
  const [row] = await sql<{ role: string; columns: string | null; mayChange: boolean; isOwner: boolean }[]>`
    select quote_ident(current_user) as role,
      (select string_agg(a.attname, ', ') from pg_attribute a
        where a.attrelid = 'latchkey.accounts'::regclass and a.attnum > 0
          and pg_column_is_updatable(a.attrelid, a.attnum, false)
          and has_column_privilege(a.attrelid, a.attnum, 'update')) as columns,
      has_table_privilege('latchkey.accounts', 'insert') or has_table_privilege('latchkey.accounts', 'delete')
        as "mayChange",
      (select pg_has_role(relowner, 'usage') from pg_class where oid = 'latchkey.accounts'::regclass) as "isOwner"`
  if (!row || row.isOwner || !(row.columns || row.mayChange)) return []
  return [
    fault(
      `${row.role} may write to your tables through latchkey.accounts${row.columns ? ` (${row.columns})` : ''}`,
      `Run: revoke all on latchkey.accounts from ${row.role}; grant select, update (sign_in_via) on latchkey.accounts to ${row.role};`,
    ),
  ]
}
