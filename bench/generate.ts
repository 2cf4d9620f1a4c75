import path from 'node:path'
import { execa } from 'execa'
import { CliError } from '@/scripts/cli-error'
import type { Call } from './send'

/** The load generators that can be used: `wrk` is on the PATH of some machines, `autocannon` is a package of this folder. */
export const GENERATORS = ['wrk', 'autocannon'] as const
export type Generator = (typeof GENERATORS)[number]

/** A call that is sent many times. In `path` and `body`, `{n}` is its number and `{half}` half of that, rounded down. */
export type Template = Call

export interface LoadOptions {
  origin: string
  /** One, or several that each connection sends in turn (only `autocannon`). */
  templates: Template[]
  connections: number
  seconds: number
  /** The number of the first request. */
  first: number
  /** Requests per second of all connections together; without it, as many as there can be (only `autocannon`). */
  rate?: number
}

export interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** How many answers had each status. 0 counts connections that broke and requests without an answer. */
  statuses: Record<number, number>
  /** The number of the first request that was not sent. */
  next: number
}

/** The generator that was asked for; else `wrk` if it is on the PATH, as it takes less of the machine. */
export async function chooseGenerator(wanted?: string): Promise<{ name: Generator; version: string }> {
  if (wanted && !GENERATORS.includes(wanted as Generator))
    throw new CliError(`There is no generator ${wanted}. Use --generator ${GENERATORS.join(' or ')}.`)
  if (wanted !== 'autocannon') {
    // It has no option for this that ends with 0: it prints its version above its usage.
    const { all = '' } = await execa('wrk', ['--version'], { reject: false, all: true })
    const version = /wrk (?:debian\/)?(\d[\w.]*)/.exec(all)?.[1]
    if (version) return { name: 'wrk', version }
    if (wanted) throw new CliError('wrk is not on the PATH. Install it, or use --generator autocannon.')
  }
  const { default: manifest } = await import(
    path.join(import.meta.dirname, 'node_modules', 'autocannon', 'package.json'),
    {
      with: { type: 'json' },
    }
  )
  return { name: 'autocannon', version: manifest.version }
}

/**
 * Keeps connections busy for some seconds, from a process of its own.
 * @throws Error when the generator fails
 */
export async function generate(generator: Generator, options: LoadOptions): Promise<Load> {
  const [program, args] = { wrk: wrkCommand, autocannon: autocannonCommand }[generator](options)
  const { stdout } = await execa(program, args, { stdin: 'ignore', stderr: 'inherit' })
  // wrk prints its own summary first.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1))
}

const autocannonCommand = (options: LoadOptions): [string, string[]] => [
  process.execPath,
  [path.join(import.meta.dirname, 'autocannon.ts'), JSON.stringify(options)],
]

function wrkCommand({ origin, templates, connections, seconds, first }: LoadOptions): [string, string[]] {
  const [{ method, path: target, body = '', headers = {} }] = templates as [Template]
  const lines = Object.entries({ ...(body && JSON_BODY), ...headers }).map(([name, value]) => `${name}: ${value}`)
  // One thread, so that one counter numbers the requests.
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s']
  const script = ['-s', path.join(import.meta.dirname, 'wrk.lua')]
  return ['wrk', [...options, ...script, origin, '--', method, target, body, String(first), ...lines]]
}

export const JSON_BODY = { 'content-type': 'application/json' }
