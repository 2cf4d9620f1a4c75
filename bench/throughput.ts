import postgres from 'postgres'
import { CliError } from '@/scripts/cli-error'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import { comparedWith, judge, MEMORY_AT_MOST_MB, STATEMENTS_AT_MOST, summarize, type Verdict } from './bars'
import { emailOf, FIRST, loadAccounts, mintLinks, withoutIndexes } from './bulk-load'
import { type Case, listCases } from './cases'
import { withDatabaseServer } from './database'
import { chooseGenerator } from './generate'
import { describeMachine, type Machine } from './machine'
import { measure, type Sample } from './measure'
import { memoryOfServer } from './memory'
import { type Product, signIn, startProduct } from './product'
import { type Rival, startRival } from './rival'
import { countAllStatements } from './statements'
import type { Range } from './statistics'

/** How long cases run: enough to see that everything works, or enough for figures to quote. */
const FULL = { rounds: 9, seconds: 3 }
const QUICK = { rounds: 3, seconds: 1 }

export interface ThroughputResult {
  machine: Machine
  generator: string
  quick: boolean
  rounds: number
  seconds: number
  cases: { id: string; name: string; connections: number; perSecond: Range; p50Ms: number; p99Ms: number }[]
  ratios: (Verdict & { name: string; ofName: string })[]
  /** Statements of each operation; empty when only single cases were measured. */
  statements: Record<string, number>
  /** Of the server after the load, in MB; undefined where it cannot be read. */
  memoryMb?: number
  accounts: number
  samples: Sample[]
}

/** Whether everything that was measured is within its bar. */
export const isWithinBars = ({ ratios, statements, memoryMb = 0 }: ThroughputResult): boolean =>
  ratios.every(({ met }) => met) &&
  Object.entries(statements).every(([name, count]) => count <= (STATEMENTS_AT_MOST[name] ?? 0)) &&
  memoryMb <= MEMORY_AT_MOST_MB

/**
 * Measures Latchkey, a bare route, better-auth and argon2id in one run.
 * @param options.only the ids of cases; none: all. Those that they are compared with are added
 */
export async function measureThroughput(options: {
  quick: boolean
  generator?: string
  only: string[]
}): Promise<ThroughputResult> {
  const { rounds, seconds } = options.quick ? QUICK : FULL
  const generator = await chooseGenerator(options.generator)
  const wanted = selectIds(options.only)
  const cases = (sessionToken: string) => listCases(sessionToken).filter(({ id }) => wanted.has(id))

  // Every case has accounts of its own, as many as it can ask for, so that no account is asked for twice.
  const ranges = planAccounts(cases(''), rounds * seconds + 2)
  const accounts = ranges.end - FIRST
  return withDatabaseServer(async () => {
    let product: Product | undefined
    let rival: Rival | undefined
    try {
      product = await startProduct()
      const { sql, origin } = product
      const machine = await describeMachine(sql)
      console.log(`Adding ${accounts.toLocaleString('en')} accounts…`)
      const password = 'walnut bicycle north 7'
      const passwordHash = await argon2id.hash(password, '')
      await withoutIndexes(sql, 'latchkey.users', () =>
        loadAccounts(sql, { first: FIRST, count: accounts }, passwordHash),
      )
      const links = ranges.of.get('reset')
      if (links) await mintLinks(sql, links)
      await sql`analyze`
      const listed = cases(await signIn(origin, emailOf(FIRST), password))
      const rivalRange = ranges.of.get('better-auth') ?? { first: FIRST, count: 1 }
      if (listed.some(({ server }) => server === 'rival')) rival = await startRival(rivalRange.first, rivalRange.count)
      const rivalSql = rival && postgres(rival.databaseUrl, { max: 1, onnotice: () => {} })
      const samples = await measure(
        listed,
        {
          generator: generator.name,
          rounds,
          seconds,
          servers: {
            latchkey: { origin, sql },
            rival: rival && rivalSql && { origin: rival.url, sql: rivalSql },
          },
          firstOf: (id) => ranges.of.get(id)?.first ?? FIRST,
        },
        (round) => console.log(`Round ${round} of ${rounds}…`),
      )
      await rivalSql?.end()
      const memoryMb = options.only.length === 0 ? memoryOfServer(origin) : undefined
      await rival?.stop()
      await product.stop()
      rival = product = undefined
      const nameOf = (id: string) => listed.find((each) => each.id === id)?.name ?? id
      return {
        machine,
        generator: `${generator.name} ${generator.version}`,
        quick: options.quick,
        rounds,
        seconds,
        cases: listed.map(({ id, name, connections }) => ({ id, name, connections, ...summarize(samples, id) })),
        ratios: judge(samples).map((verdict) => ({ ...verdict, name: nameOf(verdict.id), ofName: nameOf(verdict.of) })),
        statements: options.only.length === 0 ? await countAllStatements() : {},
        memoryMb,
        accounts,
        samples,
      }
    } finally {
      await rival?.stop()
      await product?.stop()
    }
  })
}

function selectIds(only: string[]): Set<string> {
  const known = listCases('').map(({ id }) => id)
  const unknown = only.filter((id) => !known.includes(id))
  if (unknown.length > 0) throw new CliError(`There is no case ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  return only.length === 0 ? new Set(known) : new Set(only.flatMap((id) => [id, ...comparedWith(id)]))
}

/** The numbers of the accounts of each case, after one account that signs in. */
function planAccounts(cases: Case[], seconds: number) {
  const of = new Map<string, { first: number; count: number }>()
  let end = FIRST + 2
  for (const { id, accounts, atMost } of cases) {
    if (!accounts) continue
    of.set(id, { first: end, count: atMost * seconds })
    end += atMost * seconds
  }
  return { of, end }
}
