// The step before the install: plain JavaScript that Node 20 runs, with nothing in node_modules yet.
// `node scripts/run.mjs start` installs what is missing, then runs scripts/start.ts on the pinned Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const installLock = path.join(root, '.data', 'install.lock')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

function fail(message) {
  console.error(message)
  process.exit(1)
}

/** True when everything the lock file asks of this machine is in node_modules, whoever put it there. */
function isInstalled() {
  try {
    const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages
    const installed = read('node_modules/.package-lock.json') // written at the end of an install
    const wanted = Object.entries(read('package-lock.json')).filter(([place, entry]) => place && !entry.optional)
    return wanted.every(([place, entry]) => installed[place]?.version === entry.version) && existsSync(pinnedNode)
  } catch {
    return false
  }
}

/** Waits for another command of this clone that is installing at this moment. */
async function lockInstall() {
  mkdirSync(path.dirname(installLock), { recursive: true })
  for (let waits = 0; ; waits++) {
    try {
      writeFileSync(installLock, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (waits === 0) console.log('Waiting for another install of this clone (.data/install.lock)…')
    await new Promise((resolve) => setTimeout(resolve, 500))
    try {
      process.kill(Number.parseInt(readFileSync(installLock, 'utf8'), 10), 0)
    } catch {
      rmSync(installLock, { force: true }) // its maker has ended
    }
  }
}

function install() {
  console.log('Installing dependencies…')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const options = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const result = spawnSync(npm[0], [...npm.slice(1), ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (result.signal) process.exit(1)
  if (result.status === 0 && existsSync(pinnedNode)) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  fail(
    'Dependencies could not be installed (npm says why above): check the network and the disk, then run the same command again',
  )
}

const [name, ...rest] = process.argv.slice(2)
if (!isInstalled()) {
  try {
    await lockInstall()
    if (!isInstalled()) install()
  } catch (error) {
    fail(`Cannot prepare ${root} (${error.message}): it must be a folder that you can write to`)
  } finally {
    rmSync(installLock, { force: true })
  }
}

// Run from this folder, wherever the command was given.
const script = path.join('scripts', `${name}.ts`)
const child = spawn(pinnedNode, ['--import', 'tsx', script, ...rest], { cwd: root, stdio: 'inherit' })
child.on('error', (error) =>
  fail(`Cannot run ${pinnedNode} (${error.message}): remove node_modules and run the same command again`),
)
child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM')
}, 500)
