import { parseArgs } from 'node:util'
import { CliError, main } from '@/scripts/cli-error'
import { installPackages } from './install'

/**
 * `npm run bench [-- [--quick] [--generator wrk|autocannon] [<case>…]]`, or one of the commands below.
 * Exit codes: 0 when every bar is met, 2 when one is missed, 1 when the run failed: then its figures mean nothing.
 */

interface Options {
  quick: boolean
  generator?: string
  minutes: string
  accounts: string
  names: string[]
}

/** How many accounts `growth` compares with a thousand, and how long `soak` takes. */
const ACCOUNTS = '10000000'
const MINUTES = '10'

/** Commands that need no package of this folder. */
const WITHOUT_PACKAGES = new Set(['flood', 'lighthouse', 'plans', 'profile'])

/** Each returns whether its bars are met. Imported when used: they need the packages of this folder. */
const COMMANDS: Record<string, (options: Options) => Promise<boolean>> = {
  flood: async () => (await import('./flood-command')).benchFlood(),
  lighthouse: async () => (await import('./lighthouse')).benchLighthouse(),
  async growth({ accounts, generator }) {
    const { measureGrowth } = await import('./growth')
    const { describeGrowth, isWithinGrowthBars } = await import('./growth-report')
    const { writeResults } = await import('./results')
    const result = await measureGrowth({ accounts: Number(accounts), generator })
    const markdown = describeGrowth(result)
    console.log(`\n${markdown}`)
    const name = accounts === ACCOUNTS ? 'growth' : 'growth-small'
    await writeResults(name, { markdown, json: result })
    return isWithinGrowthBars(result)
  },
  /** Has no bar: it shows what a call's time goes to. */
  async profile({ generator }) {
    const { profileServer } = await import('./profile')
    const { writeResults } = await import('./results')
    const markdown = await profileServer(generator)
    console.log(`\n${markdown}`)
    await writeResults('profile', { markdown })
    return true
  },
  /** Goes through every step of a recovery, and looks for sequential scans. */
  async plans({ accounts }) {
    const { runBin } = await import('@/scripts/processes')
    const test = ['vitest', 'run', '--project', 'own', 'server/recovery/index-use.test.ts'] as [string, ...string[]]
    const { ok, output } = await runBin(test, { env: { INDEX_USE_ACCOUNTS: accounts } })
    console.log(output.trim())
    return ok
  },
  async soak({ minutes }) {
    const { soak } = await import('./soak')
    const { describeSoak, drawSoak, judgeSoak } = await import('./soak-report')
    const { writeResults } = await import('./results')
    const result = await soak(Number(minutes))
    const markdown = describeSoak(result)
    console.log(`\n${markdown}`)
    await writeResults(minutes === MINUTES ? 'soak' : 'soak-short', { markdown, json: result, svg: drawSoak(result) })
    return judgeSoak(result).every(({ met }) => met)
  },
}

async function benchThroughput({ quick, generator, names }: Options): Promise<boolean> {
  const { measureThroughput, isWithinBars } = await import('./throughput')
  const { describeThroughput, drawThroughput } = await import('./report')
  const { writeResults } = await import('./results')
  const result = await measureThroughput({ quick, generator, only: names })
  const markdown = describeThroughput(result)
  console.log(`\n${markdown}`)
  if (names.length === 0)
    await writeResults(quick ? 'quick' : 'bench', { markdown, json: result, svg: drawThroughput(result) })
  return isWithinBars(result)
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      generator: { type: 'string' },
      minutes: { type: 'string', default: MINUTES },
      accounts: { type: 'string', default: ACCOUNTS },
    },
  })
  for (const [name, value] of [
    ['accounts', values.accounts],
    ['minutes', values.minutes],
  ] as const)
    if (!(Number(value) > 0)) throw new CliError(`--${name} must be a number above 0.`)
  const command = COMMANDS[positionals[0] ?? '']
  if (!WITHOUT_PACKAGES.has(positionals[0] ?? '')) await installPackages()
  const isMet = await (command ?? benchThroughput)({ ...values, names: positionals })
  process.exit(isMet ? 0 : 2)
})
