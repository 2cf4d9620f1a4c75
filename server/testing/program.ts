import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { build } from 'esbuild'

/** Bundles a program of this folder into one file. It starts in a tenth of the time that tsx needs. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = path.join(folder, name.replace(/\.ts$/, '.mjs'))
  await build({
    entryPoints: [path.resolve(import.meta.dirname, name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'error',
  })
  return outfile
}

/** Starts a bundled program with these variables; resolves when it has sent its first message. */
export async function spawnProgram(program: string, variables: Record<string, string>): Promise<ChildProcess> {
  const { PATH, HOME, TMPDIR, DATABASE_POOLING } = process.env
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH, HOME, TMPDIR, NODE_ENV: 'production', DATABASE_POOLING, ...variables } as NodeJS.ProcessEnv,
  })
  await once(child, 'message')
  return child
}

/** Kills a program with SIGKILL; resolves when it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
