import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa, type Options } from 'execa'
import { ROOT } from './environment'
import { MEMORY_FLAGS } from './memory-flags.mjs'

const STOP_TIMEOUT_MS = 10_000
const NEXT = path.join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next')

/** What the children of this module have in common: a process group of their own, which Ctrl-C does not reach. */
const SHARED = { cwd: ROOT, detached: true, stdin: 'ignore', reject: false } satisfies Options

/**
 * Starts a command of Next.js, which shuts down when this process has ended.
 * @param options.several starts as many processes as WEB_CONCURRENCY says, which share the port
 * @param options.stderr where its errors go: to the terminal, or to a pipe
 */
export function spawnNext(
  args: string[],
  variables: NodeJS.ProcessEnv,
  { several = false, stderr = 'inherit' }: { several?: boolean; stderr?: 'inherit' | 'pipe' } = {},
) {
  return execa(process.execPath, nextCommand(args, several), {
    ...SHARED,
    buffer: false,
    env: { ...variables, NEXT_TELEMETRY_DISABLED: '1' },
    extendEnv: false,
    stderr,
  })
}

/**
 * Runs a program of node_modules/.bin to its end, on the pinned Node.js.
 * @param shutdown stops the program, with everything it started, when aborted
 * @returns whether it succeeded, and all that it printed
 * @throws the reason of `shutdown` when it was aborted.
 */
export function runBin([name, ...args]: [string, ...string[]], options: RunOptions = {}) {
  return run(path.join(ROOT, 'node_modules', '.bin', name), args, options)
}

/** Runs a command of Next.js to its end, as `runBin` does. */
export const runNext = (args: string[], options: RunOptions = {}) => run(process.execPath, nextCommand(args), options)

interface RunOptions {
  shutdown?: AbortSignal
  env?: Record<string, string>
}

const PRELOADED = ['end-with-parent.mjs', 'listen-backlog.mjs']

const PARENT = path.join(ROOT, 'scripts', 'shared-port', 'parent.mjs')

const nextCommand = (args: string[], several = false) => [
  ...(args[0] === 'start' ? MEMORY_FLAGS : []),
  ...PRELOADED.flatMap((file) => ['--import', new URL(file, import.meta.url).href]),
  ...(several ? [PARENT] : []),
  NEXT,
  ...args,
]

async function run(program: string, args: string[], { shutdown, env = {} }: RunOptions) {
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`
  const child = execa(program, args, { ...SHARED, all: true, env: { PATH, NEXT_TELEMETRY_DISABLED: '1', ...env } })
  const stop = () => void stopGroup(child, child)
  shutdown?.addEventListener('abort', stop, { once: true })
  const result = await child
  shutdown?.removeEventListener('abort', stop)
  shutdown?.throwIfAborted()
  return { ok: !result.failed, output: result.all || result.shortMessage || '' }
}

/** Stops a process with SIGTERM; after it has ended, or after ten seconds, kills its whole process group. */
export async function stopGroup(child: Pick<ChildProcess, 'pid' | 'kill'>, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const timeout = new AbortController()
  await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {})])
  timeout.abort()
  await killGroup(child, ended)
}

/** Kills a process with its whole process group. */
export async function killGroup(child: Pick<ChildProcess, 'pid'>, ended: Promise<unknown>): Promise<void> {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is empty.
  }
  await ended
}

/** Who runs the files of an image, and with which Node.js. */
export interface ImageUser {
  /** Holds `latchkey.mjs`. */
  folder: string
  node: string
  /** Not set: the user of this process. */
  uid?: number
}

/** Starts a command of the image, with only these variables. Its errors go to the terminal, or to a pipe. */
export function spawnImage(
  { folder, node, uid }: ImageUser,
  args: string[],
  variables: NodeJS.ProcessEnv,
  stderr: 'inherit' | 'pipe' = 'inherit',
) {
  const user = uid === undefined ? {} : { uid, gid: uid }
  const options = { ...SHARED, ...user, cwd: '/', buffer: false, env: variables, extendEnv: false, stderr } as const
  return execa(node, [path.join(folder, 'latchkey.mjs'), ...args], options)
}
