import type postgres from 'postgres'
import { type Finding, fault, ok, reasonOf } from './finding'

/** The ways in which the core finds accounts. */
const LOOKUPS = {
  'by email address': `lower(a.email collate "C") = 'someone@example.com'`,
  'by username': `lower(a.username collate "C") = 'someone'`,
  'by id': `a.id = latchkey.account_id((select max(a.id::text) from (select id from latchkey.accounts limit 1) a))`,
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  Schema?: string
  Filter?: string
  Plans?: PlanNode[]
}

/**
 * Checks that an index answers each look-up of an account, by its plan. Sequential scans are disabled for that, so that
 * a tiny table, which PostgreSQL rather reads whole, passes too.
 */
export async function checkIndexes(sql: postgres.Sql): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [name, condition] of Object.entries(LOOKUPS)) {
    try {
      const plan = await planOf(sql, condition)
      const scan = plan && scansOf(plan)[0]
      if (scan) findings.push(missingIndex(name, scan))
    } catch (error) {
      findings.push(fault(`the look-up ${name} cannot be planned (${reasonOf(error)})`, 'Correct the view'))
    }
  }
  return findings.length > 0 ? findings : [ok('an index finds accounts by email address, username and id')]
}

async function planOf(sql: postgres.Sql, condition: string): Promise<PlanNode | undefined> {
  return sql.begin(async (tx) => {
    await tx.unsafe('set local enable_seqscan = off')
    await tx.unsafe('set local jit = off')
    const rows = await tx.unsafe(
      `explain (format json, verbose) select a.id, a.email from latchkey.accounts a where ${condition}`,
    )
    const [{ Plan: plan } = {}] = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan?: PlanNode }[]
    return plan && withoutInitPlans(plan)
  })
}

/** Subqueries of the condition itself are not part of the look-up. */
const withoutInitPlans = (node: PlanNode & { 'Parent Relationship'?: string }): PlanNode => ({
  ...node,
  Plans: (node.Plans ?? [])
    .filter((child) => (child as { 'Parent Relationship'?: string })['Parent Relationship'] !== 'InitPlan')
    .map(withoutInitPlans),
})

const scansOf = (node: PlanNode): PlanNode[] => [
  ...(node['Node Type'] === 'Seq Scan' ? [node] : []),
  ...(node.Plans ?? []).flatMap(scansOf),
]

/** What is compared is in the scan's filter, as PostgreSQL writes it: without the collation. */
function missingIndex(lookup: string, scan: PlanNode): Finding {
  const table = `${scan.Schema}.${scan['Relation Name']}`
  const compared = /^\(lower\((.+)\) = '[^']*'::\w+\)$/.exec(scan.Filter ?? '')?.[1]
  const column = compared?.replaceAll(/\b\w+\.(?=\w|")/g, '').replace(/ COLLATE "C"/, '')
  return fault(
    `no index finds accounts ${lookup}: ${table} is read whole`,
    column
      ? `Run: create index concurrently on ${table} (lower(${column} collate "C"));`
      : `Create an index on ${table} for the expression in the view (docs/adopt/)`,
  )
}
