import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { spawnNext, stopGroup } from './app'
import { CliError } from './cli-error'
import { ROOT } from './environment'

/** What a build is made from; a file elsewhere changes nothing. */
const INPUTS = ['app', 'drizzle', 'messages', 'public', 'server', 'instrumentation.ts', 'proxy.ts']
const SETTINGS = ['next.config.ts', 'package-lock.json', 'postcss.config.mjs', 'tsconfig.json']

const stampFile = path.join(ROOT, '.next', 'built-from')

async function digestOfInputs() {
  const digest = createHash('sha256')
  const add = async (name: string): Promise<void> => {
    const file = path.join(ROOT, name)
    const stat = await fs.stat(file).catch(() => undefined)
    if (stat?.isDirectory()) {
      for (const entry of (await fs.readdir(file)).sort()) await add(path.join(name, entry))
    } else if (stat && !/\.test\.tsx?$/.test(name)) {
      digest.update(`${name}\0${stat.size}\0`).update(await fs.readFile(file))
    }
  }
  for (const name of [...INPUTS, ...SETTINGS]) await add(name)
  return digest.digest('hex')
}

/**
 * Builds the app unless the build is as new as the code.
 * @throws CliError after printing what the build said.
 */
export async function buildIfStale(shutdown?: AbortSignal): Promise<'built' | 'fresh'> {
  const digest = await digestOfInputs()
  if ((await fs.readFile(stampFile, 'utf8').catch(() => '')) === digest) return 'fresh'
  console.log('Building…')
  await fs.rm(stampFile, { force: true })
  const child = spawnNext(['build'], { ...process.env, NODE_ENV: 'production' }, 'pipe')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve).once('error', () => resolve(1)))
  const stop = () => void stopGroup(child, ended)
  shutdown?.addEventListener('abort', stop, { once: true })
  const code = await ended
  shutdown?.removeEventListener('abort', stop)
  shutdown?.throwIfAborted()
  if (code !== 0) {
    process.stdout.write(output)
    throw new CliError('The build failed: see what it says above')
  }
  await fs.writeFile(stampFile, digest)
  return 'built'
}
