import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { chromium, request } from '@playwright/test'
import { execa } from 'execa'
import postgres from 'postgres'
import { CHROMIUM_ARGS, ensureChromium, findSystemChromium, hasPlaywrightChromium } from '@/scripts/chromium'
import { CliError } from '@/scripts/cli-error'
import { startTestApp } from '@/server/testing/app'
import { emailOf, FIRST, linkToken, loadAccounts, mintLinks } from './bulk-load'
import { median } from './statistics'

/** No dependency of this project: with its own it weighs 176 MB. npm keeps it in its cache. */
const LIGHTHOUSE = 'lighthouse@13.5.0'
const RUNS = 3

/** By how much Lighthouse slows the processor down, whatever machine it runs on. The bars hold for this. */
const DEFAULT_SLOWDOWN = 4

/**
 * By how much it should, to show a mid-tier phone on every machine, from this benchmark index on:
 * https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md#calibrating-the-cpu-slowdown
 */
const SLOWDOWNS = [
  { index: 1500, slowdown: 4 },
  { index: 800, slowdown: 2 },
  { index: 0, slowdown: 1 },
]

/** The lowest scores allowed. */
const SCORES = { performance: 98, accessibility: 100, 'best-practices': 100 }
/** The highest cumulative layout shift allowed. */
const MOST_SHIFT = 0

const PAGES = ['/sign-in', '/forgot-password', '/forgot-password/code', '/reset-password']

type Category = keyof typeof SCORES

/** What is read from the report of one run. */
interface Report {
  requestedUrl: string
  finalDisplayedUrl: string
  runtimeError?: { message: string }
  /** For example that the machine is slower than Lighthouse expects, which lowers the score for performance. */
  runWarnings: string[]
  environment: { benchmarkIndex: number }
  categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>
  audits: Record<
    string,
    {
      score: number | null
      displayValue?: string
      numericValue?: number
      details?: { items?: { resourceType?: string; transferSize?: number }[] }
    }
  >
}

/**
 * Runs Lighthouse, with its settings for mobile devices, on the pages of the journey, and prints a table.
 * @returns whether every page meets the bars, by the median of three runs
 */
export async function benchLighthouse(): Promise<boolean> {
  await ensureChromium()
  const app = await startTestApp({ RATE_LIMIT_SCALE: '100' })
  const sql = postgres(app.databaseUrl, { max: 1, onnotice: () => {} })
  const browser = await request.newContext({ baseURL: app.url })
  try {
    await loadAccounts(sql, { first: FIRST, count: 2 }, '$argon2id$none')
    await mintLinks(sql, { first: FIRST, count: 1 })
    // The pages after the first two show what these cookies name.
    await browser.post('/api/trpc/recovery.request', { data: { account: emailOf(FIRST + 1) } })
    await browser.get(`/reset-password?token=${linkToken(FIRST)}`)
    const cookie = (await browser.storageState()).cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

    console.log(`${LIGHTHOUSE}, mobile, the median of ${RUNS} runs (bars: 98, 100, 100, 0)`)
    console.log('The index is how fast Lighthouse finds this machine. It expects 1500 or more.')
    console.log(`  ${'page'.padEnd(24)} performance  accessibility  best practices  layout shift  JavaScript  index`)
    let met = true
    for (const page of PAGES) {
      const measureRuns = async (slowdown: number) => {
        const measure = () => runLighthouse(`${app.url}${page}`, cookie, slowdown)
        const reports: Report[] = []
        // On a busy machine the recording of a run can fail, and Lighthouse asks to try again.
        for (let run = 0; run < RUNS; run++) reports.push(await measure().catch(measure).catch(measure))
        return reports
      }
      const reports = await measureRuns(DEFAULT_SLOWDOWN)
      met = printPage(page, reports) && met
      const advised = adviseSlowdown(indexOf(reports))
      if (advised !== DEFAULT_SLOWDOWN) printCalibrated(advised, await measureRuns(advised))
    }
    return met
  } finally {
    await browser.dispose()
    await sql.end()
    await app.stop()
  }
}

/** @throws CliError if Lighthouse cannot run, or was shown another page. */
async function runLighthouse(url: string, cookie: string, slowdown: number): Promise<Report> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-lighthouse-'))
  const file = path.join(folder, 'report.json')
  const settings = [
    `--extra-headers=${JSON.stringify({ Cookie: cookie })}`,
    `--only-categories=${Object.keys(SCORES).join(',')}`,
    `--chrome-flags=${['--headless', ...CHROMIUM_ARGS].join(' ')}`,
    `--throttling.cpuSlowdownMultiplier=${slowdown}`,
    '--no-enable-error-reporting',
    '--output=json',
    `--output-path=${file}`,
    '--quiet',
  ]
  const CHROME_PATH = hasPlaywrightChromium() ? chromium.executablePath() : findSystemChromium()
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`
  try {
    const { failed, all } = await execa('npm', ['exec', '--yes', '--', LIGHTHOUSE, url, ...settings], {
      reject: false,
      all: true,
      env: { PATH, CHROME_PATH },
    })
    if (failed) throw new CliError(`Lighthouse could not measure ${url}.\n${all}`)
    const report: Report = JSON.parse(await fs.readFile(file, 'utf8'))
    if (report.runtimeError) throw new CliError(`Lighthouse could not measure ${url}. ${report.runtimeError.message}`)
    if (report.finalDisplayedUrl !== url) throw new CliError(`${url} led Lighthouse to ${report.finalDisplayedUrl}.`)
    return report
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Prints a row, and below it each audit that cost points and the bars that were missed. Returns whether none was. */
function printPage(page: string, reports: Report[]): boolean {
  const scores = (Object.keys(SCORES) as Category[]).map((category) => [category, scoreOf(category, reports)] as const)
  const shift = Math.max(...reports.map(({ audits }) => audits['cumulative-layout-shift']?.numericValue ?? 1))
  const scriptBytes = Math.max(...reports.map(scriptBytesOf))
  const [performance, accessibility, practices] = scores.map(([, score]) => String(score))
  console.log(
    `  ${page.padEnd(24)} ${performance?.padStart(11)}  ${accessibility?.padStart(13)}  ${practices?.padStart(14)}` +
      `  ${String(Number(shift.toFixed(4))).padStart(12)}  ${`${(scriptBytes / 1000).toFixed(0)} kB`.padStart(10)}` +
      `  ${indexOf(reports).toFixed(0).padStart(5)}`,
  )
  for (const line of lostPoints(reports.at(-1) as Report)) console.log(`    ${line}`)
  for (const warning of new Set(reports.flatMap(({ runWarnings }) => runWarnings))) console.log(`    ${warning}`)
  const missed = scores.filter(([category, score]) => score < SCORES[category]).map(([category]) => category as string)
  if (shift > MOST_SHIFT) missed.push('layout shift')
  if (missed.length > 0) console.log(`    missed: ${missed.join(', ')}`)
  return missed.length === 0
}

/** Prints the score with a slowdown that suits this machine, to compare it with other machines. No bar is for it. */
function printCalibrated(slowdown: number, reports: Report[]) {
  const [score, index] = [scoreOf('performance', reports), indexOf(reports).toFixed(0)]
  console.log(
    `    calibrated for this machine, slowed down ${slowdown} times instead of ${DEFAULT_SLOWDOWN}: ${score} (index ${index})`,
  )
}

const scoreOf = (category: Category, reports: Report[]) =>
  median(reports.map(({ categories }) => Math.round((categories[category].score ?? 0) * 100)))

const indexOf = (reports: Report[]) => median(reports.map(({ environment }) => environment.benchmarkIndex))

const adviseSlowdown = (benchmarkIndex: number) =>
  SLOWDOWNS.find(({ index }) => benchmarkIndex >= index)?.slowdown ?? DEFAULT_SLOWDOWN

/** With the headers of the responses. The most that a page may load is checked by `e2e/weight.spec.ts`, without them. */
const scriptBytesOf = ({ audits }: Report) =>
  (audits['network-requests']?.details?.items ?? [])
    .filter(({ resourceType }) => resourceType === 'Script')
    .reduce((sum, { transferSize = 0 }) => sum + transferSize, 0)

/** The audits of a run that lowered a score. */
const lostPoints = ({ categories, audits }: Report) =>
  Object.values(categories)
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ weight }) => weight > 0)
    .flatMap(({ id }) => {
      const { score, displayValue } = audits[id] ?? { score: null }
      return score === null || score === 1 ? [] : [`${id}: ${Math.round(score * 100)} ${displayValue ?? ''}`.trim()]
    })
