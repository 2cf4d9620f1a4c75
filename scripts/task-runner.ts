import { runBin } from './processes'

/** The result of one step of a run. A single check counts as one pass or one failure. */
export interface Outcome {
  passed: number
  failed: number
  /** Shown when the step failed. */
  output: string
}

/** Runs a step and prints its result on one line, followed by its output when it failed. */
export async function step(name: string, run: () => Promise<Outcome>): Promise<Outcome> {
  const start = Date.now()
  const outcome = await run()
  const verdict = outcome.failed > 0 ? `${outcome.failed} failed` : `${outcome.passed} passed`
  console.log(`${outcome.failed > 0 ? '✗' : '✓'} ${name}: ${verdict} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  if (outcome.failed > 0) console.log(outcome.output)
  return outcome
}

/** Runs a step that is a single check. */
export const check = (name: string, run: () => Promise<{ ok: boolean; output: string }>) =>
  step(name, async () => {
    const { ok, output } = await run()
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output }
  })

/** The sources that the rules in .dependency-cruiser.mjs are checked for. */
export const SOURCES = ['app', 'bench', 'e2e', 'messages', 'scripts', 'server', 'instrumentation.ts', 'proxy.ts']

/** Checks format, lint and import rules, then types, and prints each result. `npm run check` and `npm test` use it. */
export async function checkCode(shutdown: AbortSignal): Promise<Outcome[]> {
  const [format, imports, routeTypes] = await Promise.all([
    check('format and lint', () =>
      runBin(['biome', 'ci', '--error-on-warnings', '--max-diagnostics=none', '--colors=off'], { shutdown }),
    ),
    check('import rules', () => runBin(['depcruise', ...SOURCES], { shutdown })),
    runBin(['next', 'typegen'], { shutdown, env: { NODE_ENV: 'production' } }),
  ])
  // The type checker uses all cores and needs the types of routes that Next.js generates, so it runs last.
  const types = await check('types', async () =>
    routeTypes.ok ? runBin(['tsc', '--noEmit'], { shutdown }) : routeTypes,
  )
  return [format, imports, types]
}
