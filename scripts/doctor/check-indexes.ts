import type postgres from 'postgres'
import { isActive } from '@/server/accounts/account-state'
import { render } from '@/server/db/sql'
import { type Finding, fault, ok, reasonOf } from './finding'

const SOMEONE = 'someone'

/** The ways in which the core finds accounts. It reads all columns, so the view's subqueries need indexes too. */
const LOOKUPS = {
  'by email address': `lower(a.email collate "C") = '${SOMEONE}@example.com'`,
  'by username': `lower(a.username collate "C") = '${SOMEONE}'`,
  'by id': `a.id = latchkey.account_id((select max(a.id::text) from (select id from latchkey.accounts limit 1) a))`,
}

/** For several accounts, PostgreSQL may read a table once instead of looking in its index for each. */
const ONE_ACCOUNT = 'by id'

const IS_ACTIVE = render(isActive).text

interface PlanNode {
  'Node Type': string
  'Parent Relationship'?: string
  'Relation Name'?: string
  Schema?: string
  Filter?: string
  'Index Cond'?: string
  Plans?: PlanNode[]
}

/**
 * Checks that indexes answer each look-up of an account and the subqueries of the view, by their plans. Sequential scans
 * are disabled for that, so that a tiny table, which PostgreSQL rather reads whole, passes too.
 */
export async function checkIndexes(sql: postgres.Sql): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  const add = (finding: Finding) => findings.set(finding.text, finding)
  for (const [name, condition] of Object.entries(LOOKUPS)) {
    try {
      const plan = await planOf(sql, condition)
      const scans = plan ? scansOf(plan) : []
      for (const scan of scans)
        if (!scan.inSubquery) add(missingIndex(name, scan))
        else if (name === ONE_ACCOUNT) add(missingInSubquery(scan))
      const filtered = plan && scans.length === 0 && name !== ONE_ACCOUNT && filteredNode(plan)
      if (filtered) add(missingIndex(name, filtered))
    } catch (error) {
      add(fault(`the look-up ${name} cannot be planned (${reasonOf(error)})`, 'Correct the view'))
    }
  }
  return findings.size > 0 ? [...findings.values()] : [ok('an index finds accounts by email address, username and id')]
}

async function planOf(sql: postgres.Sql, condition: string): Promise<PlanNode | undefined> {
  return sql.begin(async (tx) => {
    await tx.unsafe('set local enable_seqscan = off')
    await tx.unsafe('set local jit = off')
    const rows = await tx.unsafe(
      `explain (format json, verbose) select a.* from latchkey.accounts a where ${condition} and ${IS_ACTIVE}`,
    )
    const [{ Plan: plan } = {}] = (rows[0]?.['QUERY PLAN'] ?? []) as { Plan?: PlanNode }[]
    return plan && withoutInitPlans(plan)
  })
}

/** Subqueries of the condition itself are not part of the look-up. */
const withoutInitPlans = (node: PlanNode): PlanNode => ({
  ...node,
  Plans: (node.Plans ?? []).filter((child) => child['Parent Relationship'] !== 'InitPlan').map(withoutInitPlans),
})

type Scan = PlanNode & { inSubquery: boolean }

/** The tables that are read whole. PostgreSQL runs a subquery of the view (a `SubPlan`) for each account that it finds. */
function scansOf(node: PlanNode, isOfSubquery = false): Scan[] {
  const inSubquery = isOfSubquery || node['Parent Relationship'] === 'SubPlan'
  const inner = (node.Plans ?? []).flatMap((child) => scansOf(child, inSubquery))
  return node['Node Type'] === 'Seq Scan' ? [{ ...node, inSubquery }, ...inner] : inner
}

/** The node that compares row by row what no index finds. A column that is null needs no index. */
function filteredNode(plan: PlanNode): PlanNode | undefined {
  const nodes = nodesOf(plan)
  if (nodes.some((node) => node['Index Cond']?.includes(`'${SOMEONE}`))) return undefined
  return nodes.find((node) => node['Relation Name'] && node.Filter?.includes(`'${SOMEONE}`))
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const tableOf = (scan: PlanNode) => `${scan.Schema}.${scan['Relation Name']}`

function missingInSubquery(scan: PlanNode): Finding {
  const table = tableOf(scan)
  return fault(
    `no index answers a subquery of the view: ${table} is read whole for each account`,
    scan.Filter
      ? `Create an index on ${table} for its condition: ${scan.Filter}`
      : 'Limit the subquery to the rows of the account',
  )
}

/** What is compared is in the scan's filter, as PostgreSQL writes it: without the collation. */
function missingIndex(lookup: string, scan: PlanNode): Finding {
  const table = tableOf(scan)
  const compared = /\(lower\((.+?)\) = '[^']*'::\w+\)/.exec(scan.Filter ?? '')?.[1]
  const column = compared?.replaceAll(/\b\w+\.(?=\w|")/g, '').replace(/ COLLATE "C"/, '')
  return fault(
    `no index finds accounts ${lookup}: rows of ${table} are compared one by one`,
    column
      ? `Run: create index concurrently on ${table} (lower(${column} collate "C"));`
      : `Create an index on ${table} for the expression in the view (docs/adopt/)`,
  )
}
