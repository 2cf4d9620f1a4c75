import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { buildIfStale } from './build'
import { ensureChromium } from './chromium'
import { CliError, main } from './cli-error'
import { installDebianPackage, isOnPath } from './debian-packages'
import { runBin } from './processes'
import { shutdownSignal } from './shutdown'
import { check, checkCode, type Outcome, step } from './task-runner'

const shutdown = shutdownSignal()

/** Runs a test runner that writes a JSON report, and counts its results. A run without a report counts as one failure. */
async function runTests(args: [string, ...string[]], env: Record<string, string>, report: string, count: Counter) {
  const { ok, output } = await runBin(args, { shutdown, env: { NO_COLOR: '1', FORCE_COLOR: '', ...env } })
  const text = await fs.readFile(report, 'utf8').catch(() => undefined)
  const { passed, failed } = text ? count(JSON.parse(text)) : { passed: 0, failed: 0 }
  return { passed, failed: ok ? failed : Math.max(failed, 1), output }
}

// biome-ignore lint/suspicious/noExplicitAny: the runners' own reports
type Counter = (report: any) => { passed: number; failed: number }

async function run(reports: string) {
  await ensureChromium()
  // The commands of docs/contracts.md use curl.
  if (!isOnPath('curl')) await installDebianPackage('curl')
  const outcomes: Outcome[] = await checkCode(shutdown)

  const vitest = path.join(reports, 'vitest.json')
  outcomes.push(
    await step('unit and integration tests', () =>
      runTests(
        ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitest}`],
        {},
        vitest,
        ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests }),
      ),
    ),
  )

  const build = await check('production build', async () => {
    await buildIfStale(shutdown)
    return { ok: true, output: '' }
  }).catch((error) => {
    if (error instanceof CliError) return { passed: 0, failed: 1, output: error.message }
    throw error
  })
  outcomes.push(build)

  const playwright = path.join(reports, 'playwright.json')
  if (build.failed === 0) {
    outcomes.push(
      await step('browser tests', () =>
        runTests(
          ['playwright', 'test', '--reporter=list,json'],
          { PLAYWRIGHT_JSON_OUTPUT_NAME: playwright },
          playwright,
          ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }),
        ),
      ),
    )
  }
  const total = (key: 'passed' | 'failed') => outcomes.reduce((sum, outcome) => sum + outcome[key], 0)
  console.log(`${total('passed')} passed, ${total('failed')} failed`)
  return total('failed') === 0
}

await main(async () => {
  const reports = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-reports-'))
  let passed = false
  try {
    passed = await run(reports)
  } catch (error) {
    if (!shutdown.aborted) throw error
  } finally {
    await fs.rm(reports, { recursive: true, force: true })
  }
  process.exit(passed ? 0 : 1)
})
