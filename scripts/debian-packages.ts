import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { CliError } from './cli-error'
import { ROOT } from './environment'

/** Runs a program and ignores whether it succeeds: the caller checks what it was run for. */
export async function attempt(program: string, args: string[], seconds: number): Promise<void> {
  await promisify(execFile)(program, args, {
    cwd: ROOT,
    timeout: seconds * 1000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
    maxBuffer: 100 * 1024 * 1024,
  }).catch(() => {})
}

let isListUpdated = false

/** Tries to install a package of Debian. Does nothing for users other than root, and on systems without apt. */
export async function installDebianPackage(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  if (!isListUpdated) await attempt('apt-get', [...wait, 'update'], 300)
  isListUpdated = true
  await attempt('apt-get', [...wait, 'install', '-y', '--no-install-recommends', name], 900)
}

/** True when a program of this name is on the PATH. */
const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder && existsSync(path.join(folder, program)))

/**
 * Installs the Debian package of a program that is missing and has the package's name.
 * @throws CliError that says what to install.
 */
export async function ensureProgram(program: string): Promise<void> {
  const isInstalled = () => isOnPath(program) || existsSync(path.join('/usr/sbin', program))
  if (!isInstalled()) await installDebianPackage(program)
  if (!isInstalled())
    throw new CliError(`${program} is missing. Install it (apt-get install ${program}), then try again.`)
}
