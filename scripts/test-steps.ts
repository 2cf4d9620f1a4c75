import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { buildIfStale } from './build'
import { ensureChromium } from './chromium'
import { CliError, main } from './cli-error'
import { ensureProgram } from './debian-packages'
import { runBin } from './processes'
import { shutdownSignal } from './shutdown'
import { check, checkCode, type Outcome, step } from './task-runner'

/** A run of tests: `npm test`, or a longer one. */
export class TestRun {
  readonly outcomes: Outcome[] = []
  readonly #shutdown: AbortSignal
  readonly #reports: string

  constructor(shutdown: AbortSignal, reports: string) {
    this.#shutdown = shutdown
    this.#reports = reports
  }

  /** Everything of `npm test`, the fastest first. */
  async everything(): Promise<void> {
    const installed = installPrograms()
    installed.catch(() => {}) // reported when the browser tests need them
    this.outcomes.push(...(await checkCode(this.#shutdown)))
    const throughBrowser = async () => {
      const isBuilt = await this.build()
      await installed
      if (isBuilt) await this.browserTests('browser tests')
    }
    // Both often wait, for PostgreSQL or for a page. Each uses the cores while the other waits.
    await Promise.all([this.unitTests('unit and integration tests'), throughBrowser()])
  }

  /** The vitest suite. `env` changes how it runs, for example through a pooler. */
  async unitTests(name: string, env: Record<string, string> = {}): Promise<void> {
    const report = this.#newReport()
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    await this.#run(name, ['vitest', 'run', ...reporters], env, report, ({ numPassedTests, numFailedTests }) => ({
      passed: numPassedTests,
      failed: numFailedTests,
    }))
  }

  /** The browser tests, on the production build. */
  async browserTests(name: string, env: Record<string, string> = {}): Promise<void> {
    const report = this.#newReport()
    const variables = { PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...env }
    await this.#run(name, ['playwright', 'test', '--reporter=list,json'], variables, report, ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
    }))
  }

  /** A program of node_modules/.bin that must end without an error. */
  async program(name: string, args: [string, ...string[]]): Promise<void> {
    this.outcomes.push(await check(name, () => runBin(args, { shutdown: this.#shutdown })))
  }

  async build(): Promise<boolean> {
    const outcome = await check('production build', async () => {
      await buildIfStale(this.#shutdown, { standalone: process.env.TEST_ALL !== undefined })
      return { ok: true, output: '' }
    }).catch((error) => {
      if (error instanceof CliError) return { passed: 0, failed: 1, output: error.message }
      throw error
    })
    this.outcomes.push(outcome)
    return outcome.failed === 0
  }

  /** Runs a test runner that writes a JSON report, and counts its results. A run without a report counts as one failure. */
  async #run(name: string, args: [string, ...string[]], env: Record<string, string>, report: string, count: Counter) {
    const outcome = await step(name, async () => {
      const variables = { NO_COLOR: '1', FORCE_COLOR: '', ...env }
      const { ok, output } = await runBin(args, { shutdown: this.#shutdown, env: variables })
      const text = await fs.readFile(report, 'utf8').catch(() => undefined)
      const { passed, failed } = text ? count(JSON.parse(text)) : { passed: 0, failed: 0 }
      return { passed, failed: ok ? failed : Math.max(failed, 1), output }
    })
    this.outcomes.push(outcome)
  }

  #newReport = () => path.join(this.#reports, `${this.outcomes.length}.json`)
}

/** What the browser tests need besides npm's packages. Installed while other tests run, because that is mostly waiting. */
async function installPrograms(): Promise<void> {
  await ensureChromium()
  await ensureProgram('curl') // the commands of docs/contracts.md use it
}

// biome-ignore lint/suspicious/noExplicitAny: the runners' own reports
type Counter = (report: any) => { passed: number; failed: number }

/** Runs tests, prints the total as the last line, and ends the process: with exit code 0 only if none failed. */
export async function runTests(steps: (run: TestRun) => Promise<void>): Promise<void> {
  const shutdown = shutdownSignal()
  await main(async () => {
    const reports = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-reports-'))
    let passed = false
    try {
      const run = new TestRun(shutdown, reports)
      await steps(run)
      const total = (key: 'passed' | 'failed') => run.outcomes.reduce((sum, outcome) => sum + outcome[key], 0)
      console.log(`${total('passed')} passed, ${total('failed')} failed`)
      passed = total('failed') === 0
    } catch (error) {
      if (!shutdown.aborted) throw error
    } finally {
      await fs.rm(reports, { recursive: true, force: true })
    }
    process.exit(passed ? 0 : 1)
  })
}
