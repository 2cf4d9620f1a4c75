import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { CliError } from '@/scripts/cli-error'

const FOLDER = import.meta.dirname

/** Installs the packages of this folder, unless they are those of its lock file already. */
export async function installPackages(): Promise<void> {
  if (isInstalled()) return
  console.log('Installing what is measured beside Latchkey…')
  const { npm_execpath } = process.env
  const [program, ...first] = npm_execpath ? [process.execPath, npm_execpath] : ['npm']
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { failed, all, shortMessage } = await execa(program as string, [...first, ...args], {
    cwd: FOLDER,
    all: true,
    reject: false,
    stdin: 'ignore',
  })
  if (!failed) return
  process.stderr.write(`${all || shortMessage}\n`)
  throw new CliError(
    'npm could not install the packages of bench/; its output is above. Check the network, then try again.',
  )
}

/** npm writes its own list of what it has installed at the end of an install. */
function isInstalled(): boolean {
  const installed = path.join(FOLDER, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  const read = (file: string) =>
    JSON.parse(readFileSync(file, 'utf8')).packages as Record<string, { version?: string; optional?: boolean }>
  const present = read(installed)
  return Object.entries(read(path.join(FOLDER, 'package-lock.json'))).every(
    ([place, { version, optional }]) => !place || optional || present[place]?.version === version,
  )
}
