import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { CliError } from './cli-error'
import { addCompileHints } from './compile-hints'
import { ROOT } from './environment'
import { runNext } from './processes'

/** What a build depends on; other files do not change it. */
const INPUTS = ['app', 'drizzle', 'messages', 'public', 'server', 'instrumentation.ts', 'proxy.ts']
const SETTINGS = [
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'scripts/build.ts',
  'scripts/compile-hints.ts',
  'tsconfig.json',
]

const stampFile = path.join(ROOT, '.next', 'built-from')

/** The server with the packages that it needs, which Next.js adds to a build for the image. */
export const STANDALONE = path.join(ROOT, '.next', 'standalone')

async function digestOfInputs() {
  const digest = createHash('sha256')
  const add = async (name: string): Promise<void> => {
    const file = path.join(ROOT, name)
    const stat = await fs.stat(file).catch(() => undefined)
    if (stat?.isDirectory()) {
      // Names that begin with a dot are an editor's or a system's.
      const entries = (await fs.readdir(file)).filter((entry) => !entry.startsWith('.'))
      for (const entry of entries.sort()) await add(path.join(name, entry))
    } else if (stat && !/\.test\.tsx?$/.test(name)) {
      digest.update(`${name}\0${stat.size}\0`).update(await fs.readFile(file))
    }
  }
  for (const name of [...INPUTS, ...SETTINGS]) await add(name)
  return digest.digest('hex')
}

/**
 * Makes two builds of the same code equal, so that separately built servers can serve each other's pages. Next.js puts a
 * random key into the names of actions and scripts, and encrypts with it what an action closes over. No action closes over
 * anything (`app/_trpc/actions.test.ts`), so the key need not be secret.
 */
export const buildVariables = (digest: string) => ({
  // Next.js gives no build an id with "ad" in it, because blockers of advertisements refuse such addresses.
  LATCHKEY_BUILD_ID: digest.slice(0, 32).replaceAll('ad', 'a-d'),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: createHash('sha256').update(`server actions ${digest}`).digest('base64'),
})

/**
 * Builds the app, unless the existing build was made from the same code.
 * @param options.standalone builds what the image needs too; `npm start` serves that build as well
 * @throws CliError after printing the output of the build.
 */
export async function buildIfStale(shutdown?: AbortSignal, { standalone = false } = {}): Promise<'built' | 'fresh'> {
  const digest = await digestOfInputs()
  const isFresh = (await fs.readFile(stampFile, 'utf8').catch(() => '')) === digest
  if (isFresh && (!standalone || existsSync(path.join(STANDALONE, 'server.js')))) return 'fresh'
  console.log('Building…')
  await fs.rm(stampFile, { force: true })
  const { ok, output } = await runNext(['build'], {
    shutdown,
    env: { NODE_ENV: 'production', BUILD_STANDALONE: standalone ? '1' : '', ...buildVariables(digest) },
  })
  if (!ok) {
    process.stdout.write(output)
    throw new CliError('The build failed. The reason is in its output above.')
  }
  await addCompileHints(path.join(ROOT, '.next', 'static', 'chunks'))
  await fs.writeFile(stampFile, digest)
  return 'built'
}
