import fs from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { buildIfStale, STANDALONE } from '@/scripts/build'
import { CliError } from '@/scripts/cli-error'
import { ROOT } from '@/scripts/environment'

/** What an operator can run in the image besides the server, and the check before it. */
const COMMANDS = ['accounts', 'doctor', 'events', 'mail', 'migrate', 'recovery', 'worker'].map((name) => `${name}.ts`)

/**
 * Writes the files of the image to a folder: the build for it, with the packages that it needs, the migrations and the
 * commands. The Dockerfile and the tests use this.
 * @param folder empty, or does not exist yet
 * @throws CliError if the folder is not empty, or the build fails
 */
export async function layOutImage(folder: string, shutdown?: AbortSignal): Promise<void> {
  if ((await fs.readdir(folder).catch(() => [])).length > 0) throw new CliError(`${folder} is not empty. Remove it.`)
  await buildIfStale(shutdown, { standalone: true })
  await fs.cp(STANDALONE, folder, { recursive: true, verbatimSymlinks: true })
  // Next.js copies these too, with their secrets.
  for (const name of await fs.readdir(folder)) if (name.startsWith('.env')) await fs.rm(path.join(folder, name))
  const copied = {
    '.next/static': '.next/static',
    public: 'public',
    drizzle: 'drizzle',
    LICENSE: 'LICENSE',
    'scripts/image/launcher.mjs': 'latchkey.mjs',
    'scripts/listen-backlog.mjs': 'scripts/listen-backlog.mjs',
    'scripts/memory-flags.mjs': 'scripts/memory-flags.mjs',
    'scripts/shared-port/parent.mjs': 'scripts/shared-port/parent.mjs',
    'scripts/shared-port/shared-slots.mjs': 'scripts/shared-port/shared-slots.mjs',
  }
  for (const [from, to] of Object.entries(copied))
    await fs.cp(path.join(ROOT, from), path.join(folder, to), { recursive: true })
  const { name, version, license } = JSON.parse(await fs.readFile(path.join(ROOT, 'package.json'), 'utf8'))
  const manifest = { name, version, license, private: true, type: 'module' }
  await fs.writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await bundleCommands(path.join(folder, 'commands'))
}

/** Bundles the commands, which are TypeScript, with the packages that the server's build has not brought along. */
async function bundleCommands(outdir: string): Promise<void> {
  await build({
    entryPoints: [...COMMANDS, 'image/check-start.ts'].map((file) => path.join(ROOT, 'scripts', file)),
    outdir,
    entryNames: '[name]', // beside each other: commands find the folder of the image above their own
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    external: ['@node-rs/*', '@opentelemetry/*'],
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
}
