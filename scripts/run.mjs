// Plain JavaScript that Node.js 20 runs before anything is installed.
// `node scripts/run.mjs scripts/start.ts` installs missing dependencies, then runs that file on the pinned Node.js.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { watchParent } from './parent-watch.mjs'

const root = path.resolve(fileURLToPath(import.meta.url), '..', '..')
const installLock = path.join(root, '.data', 'install.lock')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** The running program. It receives every signal, and SIGTERM when the parent of this process has ended. */
let child
let stopping = false
const stop = (signal) => {
  stopping = true
  child?.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
watchParent(() => stop('SIGTERM')).unref()

/** Runs a program to its end. Resolves with its exit code, and with its output unless that is inherited. */
function run(program, args, options) {
  child = spawn(program, args, { cwd: root, ...options })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: signal ? 1 : code, output }))
  })
}

/** True when node_modules contains every package that the lock file requires on this machine. */
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

/** Waits while another command of this clone installs dependencies. */
async function lockInstall() {
  mkdirSync(path.dirname(installLock), { recursive: true })
  for (let announced = false; !stopping; await sleep(500)) {
    try {
      return writeFileSync(installLock, String(process.pid), { flag: 'wx' })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    try {
      process.kill(Number.parseInt(readFileSync(installLock, 'utf8'), 10), 0)
      if (!announced) console.log('Waiting for another command that installs dependencies (.data/install.lock)…')
      announced = true
    } catch {
      rmSync(installLock, { force: true }) // the process that created it has ended
    }
  }
}

async function install() {
  console.log('Installing dependencies…')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const options = '--include=dev --include=optional --ignore-scripts=false --no-audit --no-fund --loglevel=error'.split(
    ' ',
  )
  const running = run(npm[0], [...npm.slice(1), 'ci', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  // After SIGTERM npm goes on for half a minute, so kill it. The next install removes what it leaves behind.
  child.kill = () => process.kill(-child.pid, 'SIGKILL')
  const { code, output } = await running
  if (code === 0 && existsSync(pinnedNode)) return
  rmSync(path.join(root, 'node_modules', '.bin'), { recursive: true, force: true })
  if (!stopping) process.stderr.write(output)
  throw new Error('npm failed; its output is above')
}

if (!isInstalled()) {
  try {
    await lockInstall()
    if (!stopping && !isInstalled()) await install()
  } catch (error) {
    if (!stopping) {
      const causes = `the network, the free disk space and the owner of ${root}`
      console.error(`Could not install the dependencies (${error.message}). Check ${causes}, then try again.`)
      process.exitCode = 1
    }
  }
  rmSync(installLock, { force: true })
  if (stopping || process.exitCode) process.exit()
}

const [file, ...rest] = process.argv.slice(2)
try {
  const { code } = await run(pinnedNode, ['--import', 'tsx', file, ...rest], {
    stdio: 'inherit',
  })
  process.exit(code)
} catch (error) {
  console.error(`Cannot run ${pinnedNode} (${error.message}). Remove node_modules, then try again.`)
  process.exit(1)
}
