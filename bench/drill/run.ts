import os from 'node:os'
import { today, writeResults } from '@/bench/results'
import { tableOf } from '@/bench/table'
import { parseArguments, usageError } from '@/scripts/arguments'
import { buildIfStale } from '@/scripts/build'
import { main } from '@/scripts/cli-error'
import { ensureProgram } from '@/scripts/debian-packages'
import { shutdownSignal } from '@/scripts/shutdown'
import { type DrillResult, drillFailover } from './failover'

/** `npm run drill -- failover [--runs N]`: N failovers in a row, one by default. Exit code 1 when one of them lost something. */
const USAGE = 'npm run drill -- failover [--runs N]'

const shutdown = shutdownSignal()

await main(() => drill().catch(unlessStopped))
process.exit()

async function drill() {
  const runs = readRuns()
  await ensureProgram('pgbouncer')
  await buildIfStale(shutdown)
  const results: DrillResult[] = []
  while (results.length < runs) {
    const started = performance.now()
    const result = await drillFailover(shutdown)
    results.push(result)
    console.log(`\nRun ${results.length} (${Math.round((performance.now() - started) / 1000)} s)\n`)
    for (const [name, count] of Object.entries(result.counts)) console.log(`  ${name.padEnd(48)} ${count}`)
    for (const failure of result.failures) console.log(`  ✗ ${failure}`)
  }
  if (runs > 1) await write(results)
  const failed = results.filter(({ failures }) => failures.length > 0).length
  console.log(
    failed > 0 ? `\n${failed} of ${runs} failed` : '\nNothing acknowledged was lost, and no email was sent twice.',
  )
  process.exitCode = failed > 0 ? 1 : 0
}

function unlessStopped(error: unknown) {
  if (!shutdown.aborted) throw error
  process.exitCode = 1
}

function readRuns(): number {
  const options = { runs: { type: 'string', default: '1' } } as const
  const { values, positionals } = parseArguments(USAGE, { allowPositionals: true, options })
  if (positionals.join() !== 'failover') throw usageError(USAGE, 'The only drill is "failover".')
  if (!/^[1-9]\d?$/.test(values.runs)) throw usageError(USAGE, '--runs must be a number from 1 to 99.')
  return Number(values.runs)
}

async function write(results: DrillResult[]) {
  const names = Object.keys(results[0]?.counts ?? {})
  const head = ['', ...results.map((_, n) => `run ${n + 1}`)]
  const table = tableOf(
    head,
    names.map((name) => [name, ...results.map(({ counts }) => String(counts[name]))]),
  )
  console.log(`\n${table}`)
  const markdown = `${today()}, ${os.availableParallelism()} cores, PostgreSQL ${results[0]?.postgres}\n\n${table}`
  await writeResults('failover', { markdown, json: { date: today(), results } })
}
