import { spawn } from 'node:child_process'
import path from 'node:path'
import { stopGroup } from './app'
import { ROOT } from './environment'

/**
 * Runs a program of node_modules/.bin to its end, on the pinned Node.
 * @param shutdown ends the program, and all it started, when aborted
 * @returns whether it succeeded, and all it said
 */
export async function runBin(
  [name, ...args]: [string, ...string[]],
  { shutdown, env = {} }: { shutdown?: AbortSignal; env?: Record<string, string> } = {},
) {
  const child = spawn(path.join(ROOT, 'node_modules', '.bin', name), args, {
    cwd: ROOT,
    detached: true,
    env: {
      ...process.env,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      NEXT_TELEMETRY_DISABLED: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      output += error.message
      resolve(1)
    })
  })
  const stop = () => void stopGroup(child, ended)
  shutdown?.addEventListener('abort', stop, { once: true })
  const code = await ended
  shutdown?.removeEventListener('abort', stop)
  shutdown?.throwIfAborted()
  return { ok: code === 0, output }
}

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
const SOURCES = ['app', 'bench', 'e2e', 'messages', 'scripts', 'server', 'instrumentation.ts', 'proxy.ts']

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
