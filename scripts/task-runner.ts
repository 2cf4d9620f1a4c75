import { runBin } from './processes'

/** What one step of a run came to; a step that is one check passes or fails once. */
export interface Outcome {
  passed: number
  failed: number
  /** Shown when the step failed. */
  output: string
}

/** Runs a step, says on one line how it went, and shows what a failing one said. */
export async function step(name: string, run: () => Promise<Outcome>): Promise<Outcome> {
  const start = Date.now()
  const outcome = await run()
  const verdict = outcome.failed > 0 ? `${outcome.failed} failed` : `${outcome.passed} passed`
  console.log(`${outcome.failed > 0 ? '✗' : '✓'} ${name}: ${verdict} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  if (outcome.failed > 0) console.log(outcome.output)
  return outcome
}

/** A step that is one check. */
export const check = (name: string, run: () => Promise<{ ok: boolean; output: string }>) =>
  step(name, async () => {
    const { ok, output } = await run()
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output }
  })

/** What the import rules are checked for; the rules are in .dependency-cruiser.mjs. */
export const SOURCES = ['app', 'bench', 'e2e', 'messages', 'scripts', 'server', 'instrumentation.ts', 'proxy.ts']

/** Format, lint and import rules, then types: what both `npm run check` and `npm test` begin with. */
export async function checkCode(shutdown: AbortSignal): Promise<Outcome[]> {
  const format = await check('format and lint', () =>
    runBin(['biome', 'ci', '--error-on-warnings', '--max-diagnostics=none', '--colors=off'], { shutdown }),
  )
  const imports = await check('import rules', () => runBin(['depcruise', ...SOURCES], { shutdown }))
  const types = await check('types', async () => {
    // A fresh clone has none of the route types that Next generates.
    const generated = await runBin(['next', 'typegen'], { shutdown, env: { NODE_ENV: 'production' } })
    return generated.ok ? runBin(['tsc', '--noEmit'], { shutdown }) : generated
  })
  return [format, imports, types]
}
