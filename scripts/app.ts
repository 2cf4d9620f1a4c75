import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from './cli-error'
import { ROOT } from './environment'

const NEXT = path.join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next')
const READY_TIMEOUT_MS = 60_000
const PATIENCE_MS = 10_000

/** Is given what a server prints, piece by piece. */
export type Listener = (chunk: string) => void

export interface App {
  /** Settles when the server has ended, by itself or by `stop`. */
  ended: Promise<unknown>
  /** Lets the server end its work; kills it after ten seconds. */
  stop(): Promise<void>
}

/** Starts one command of Next in a process group of its own, which Ctrl-C in the terminal does not reach. */
export function spawnNext(
  args: string[],
  variables: NodeJS.ProcessEnv,
  errors: 'inherit' | 'pipe' = 'inherit',
): ChildProcess {
  const execArgv = ['--import', new URL('./end-with-parent.mjs', import.meta.url).href]
  return spawn(process.execPath, [...execArgv, NEXT, ...args], {
    cwd: ROOT,
    detached: true,
    env: { ...variables, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', errors],
  })
}

/**
 * Runs the built app (`start`) or the app with hot reload (`dev`), and resolves once it is ready.
 * @throws CliError when it ends or stays unready.
 */
export async function startApp(
  command: 'start' | 'dev',
  {
    port,
    variables,
    shutdown,
    onOutput = (chunk) => process.stdout.write(chunk),
  }: { port: number; variables: Record<string, string | undefined>; shutdown?: AbortSignal; onOutput?: Listener },
): Promise<App> {
  const NODE_ENV = command === 'dev' ? 'development' : 'production'
  const child = spawnNext([command, '--port', String(port)], { ...variables, NODE_ENV, PORT: String(port) })
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  let running = true
  ended.then(() => {
    running = false
  })
  const app = { ended, stop: () => stopGroup(child, ended) }

  // Next greets with addresses of its own; only what it says besides is passed on.
  let greeting = ''
  let ready = false
  child.stdout?.on('data', (chunk: Buffer) => {
    if (ready) onOutput(String(chunk))
    else greeting += chunk
  })
  for (const end = Date.now() + READY_TIMEOUT_MS; running && Date.now() < end && !shutdown?.aborted; await sleep(50)) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(30_000) }).catch(
      () => undefined,
    )
    if (answer?.status !== 200) continue
    ready = true
    onOutput(greeting.replace(/^(?!\{).*\n/gm, ''))
    return app
  }
  const died = !running
  await app.stop()
  shutdown?.throwIfAborted()
  process.stdout.write(greeting)
  throw new CliError(
    `The server ${died ? 'ended before it was ready' : 'did not become ready'}: see what it says above`,
  )
}

/** Ends a process and its group: politely, and after ten seconds for good. */
export async function stopGroup(child: ChildProcess, ended: Promise<unknown>) {
  child.kill('SIGTERM')
  const patience = new AbortController()
  await Promise.race([ended, sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
  patience.abort()
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left in the group.
  }
  await ended
}
