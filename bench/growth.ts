import type { Sql } from 'postgres'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import { emailOf, FIRST, loadTables, mintLinks, type Numbers, removeLinks } from './bulk-load'
import { type Case, listCases } from './cases'
import { withDatabaseServer } from './database'
import { chooseGenerator, type Generator } from './generate'
import { timeEmails } from './growth-emails'
import { type HousekeepingResult, measureHousekeeping } from './growth-housekeeping'
import { measureSizes, type TableSize } from './growth-sizes'
import { describeMachine, type Machine } from './machine'
import { runCase } from './measure'
import { memoryOfServer } from './memory'
import { type Product, signIn, startProduct } from './product'
import { type Range, rangeOf, shuffled } from './statistics'

/** Figures with many accounts must be at least this share of those with few. */
export const SHARE_AT_LEAST = 0.9

const FEW = 1_000
const LINKS = 1_000
const ROUNDS = 7
const SECONDS = 2
/** The tables that grow with the accounts. */
const LARGE = ['users', 'password_reset_tokens']
const PASSWORD = 'walnut bicycle north 7'

export interface GrowthResult {
  machine: Machine
  generator: string
  accounts: { few: number; many: number }
  loadSeconds: number
  /** Per second with few and with many accounts, and the ratio within each round. */
  cases: { name: string; few: Range; many: Range; ratio: Range; met: boolean }[]
  /** How often a table was read from one end to the other during the measurement. */
  sequentialScans: Record<string, number>
  housekeeping: HousekeepingResult
  /** Of the server with many accounts after the load, in MB. */
  memoryMb?: number
  sizes: TableSize[]
}

/** A server with its accounts, of which each measurement takes the next. */
interface Side {
  product: Product
  accounts: Numbers
  cases: Case[]
  next: Map<string, number>
}

/** Measures the same with few accounts and with many, in one run and in shuffled rounds. */
export async function measureGrowth(options: { accounts: number; generator?: string }): Promise<GrowthResult> {
  const generator = await chooseGenerator(options.generator)
  return withDatabaseServer(async () => {
    const sides: Side[] = []
    try {
      const started = performance.now()
      const passwordHash = await argon2id.hash(PASSWORD, '')
      const many = await openSide(options.accounts, passwordHash)
      sides.push(many)
      const loadSeconds = (performance.now() - started) / 1000
      console.log(`${options.accounts.toLocaleString('en')} accounts and old requests in ${loadSeconds.toFixed(0)} s`)
      const few = await openSide(FEW, passwordHash)
      sides.push(few)
      const sizes = await measureSizes(many.product.sql, LARGE)
      const before = await countScans(many.product.sql)
      const cases = await compare(few, many, generator.name)
      const after = await countScans(many.product.sql)
      const scansOf = (table: string) => (after[table] ?? 0) - (before[table] ?? 0)
      return {
        machine: await describeMachine(many.product.sql),
        generator: `${generator.name} ${generator.version}`,
        accounts: { few: FEW, many: options.accounts },
        loadSeconds,
        cases,
        sequentialScans: Object.fromEntries(LARGE.map((table) => [table, scansOf(table)])),
        memoryMb: memoryOfServer(many.product.origin),
        sizes,
        housekeeping: await measureHousekeeping(many.product, many.accounts, generator.name),
      }
    } finally {
      for (const { product } of sides) await product.stop()
    }
  })
}

/** Starts a server and adds accounts, each with an old request that housekeeping keeps for some days. */
async function openSide(count: number, passwordHash: string): Promise<Side> {
  // Links and emails share accounts here, so no email must wait for the one before.
  const product = await startProduct({ SEND_COOLDOWN_SECONDS: '0' })
  const { sql } = product
  const accounts = { first: FIRST, count }
  console.log(`Adding ${count.toLocaleString('en')} accounts and as many old requests…`)
  await asFastAsCanBe(sql, async () => {
    await loadTables(product.databaseUrl, accounts, passwordHash)
    await sql`vacuum analyze`
  })
  const token = await signIn(product.origin, emailOf(FIRST), PASSWORD)
  const ids = ['request-unknown', 'verify', 'reset', 'session']
  const cases = listCases(token).filter(({ id }) => ids.includes(id))
  return { product, accounts, cases, next: new Map() }
}

/** Loads with few checkpoints and much memory for indexes, and sets both back. */
async function asFastAsCanBe(sql: Sql, load: () => Promise<void>) {
  const change = async (settings: Record<string, string>, verb: (name: string, value: string) => string) => {
    for (const [name, value] of Object.entries(settings)) await sql.unsafe(verb(name, value))
    await sql`select pg_reload_conf()`
  }
  const settings = { max_wal_size: '8GB', maintenance_work_mem: '512MB', autovacuum: 'off' }
  await change(settings, (name, value) => `alter system set ${name} = '${value}'`)
  await load()
  await change(settings, (name) => `alter system reset ${name}`)
  await sql`checkpoint`
}

async function compare(few: Side, many: Side, generator: Generator) {
  const rates = new Map<string, { few: number[]; many: number[] }>()
  const note = (name: string, side: Side, perSecond: number) => {
    const both = rates.get(name) ?? { few: [], many: [] }
    both[side === few ? 'few' : 'many'].push(perSecond)
    rates.set(name, both)
  }
  const turns = [few, many].flatMap((side) => [
    ...side.cases.map((each) => async (isCounted: boolean) => {
      const perSecond = await runOn(side, each, generator)
      if (isCounted) note(each.name, side, perSecond)
    }),
    async (isCounted: boolean) => {
      const perSecond = await timeEmails(side.product, side.accounts, side.next)
      if (isCounted) note('emails, from the request to the provider', side, perSecond)
    },
  ])
  for (const turn of turns) await turn(false) // warm-up
  for (let round = 1; round <= ROUNDS; round++) {
    console.log(`Round ${round} of ${ROUNDS}…`)
    for (const turn of shuffled(turns)) await turn(true)
  }
  return [...rates].map(([name, both]) => {
    const ratio = rangeOf(both.many.map((rate, round) => rate / (both.few[round] ?? Number.NaN)))
    return { name, few: rangeOf(both.few), many: rangeOf(both.many), ratio, met: ratio.median >= SHARE_AT_LEAST }
  })
}

/** Runs a case on one of the two. A redeem needs links: they are made before and removed afterwards. */
async function runOn({ product, accounts, next }: Side, each: Case, generator: Generator): Promise<number> {
  const first = next.get(each.id) ?? FIRST
  const links = { first, count: LINKS }
  const isReset = each.id === 'reset'
  if (isReset) await mintLinks(product.sql, links, accounts)
  // Counting the rows of the large tables would take longer than the measurement.
  const { countRows, ...uncounted } = each
  const load = await runCase(isReset ? uncounted : each, product, { generator, seconds: SECONDS, first })
  if (isReset) await removeLinks(product.sql, links)
  next.set(each.id, isReset ? first + LINKS : load.next + (load.next % 2))
  return load.perSecond
}

async function countScans(sql: Sql): Promise<Record<string, number>> {
  await sql`select pg_stat_force_next_flush()`
  const rows = await sql<{ table: string; scans: number }[]>`
    select relname as table, seq_scan::int as scans from pg_stat_user_tables where schemaname = 'latchkey'`
  return Object.fromEntries(rows.map(({ table, scans }) => [table, scans]))
}
