// The step before the install: plain JavaScript that Node 20 runs, with nothing in node_modules yet.
// `node scripts/run.mjs scripts/start.ts` installs what is missing, then runs that file on the pinned Node.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = path.resolve(fileURLToPath(import.meta.url), '..', '..')
const installLock = path.join(root, '.data', 'install.lock')
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** The program that runs at the moment: it is passed every signal, and told of the death of whoever started us. */
let child
let asked = false
const end = (signal) => {
  asked = true
  child?.kill(signal)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
const parent = process.ppid
setInterval(() => process.ppid !== parent && end('SIGTERM'), 500).unref()

/** Runs a program to its end; resolves with its exit code, and what it said when that is not inherited. */
function run(program, args, options) {
  child = spawn(program, args, { cwd: root, ...options })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: signal ? 1 : code, output }))
  })
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
  for (let told = false; !asked; await sleep(500)) {
    try {
      return writeFileSync(installLock, String(process.pid), { flag: 'wx' })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    try {
      process.kill(Number.parseInt(readFileSync(installLock, 'utf8'), 10), 0)
      if (!told) console.log('Waiting for another install of this clone (.data/install.lock)…')
      told = true
    } catch {
      rmSync(installLock, { force: true }) // its maker has ended
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
  // Asked to end, npm works on for half a minute; killed, it leaves what the next install removes.
  child.kill = () => process.kill(-child.pid, 'SIGKILL')
  const { code, output } = await running
  if (code === 0 && existsSync(pinnedNode)) return
  rmSync(path.join(root, 'node_modules', '.bin'), { recursive: true, force: true })
  if (!asked) process.stderr.write(output)
  throw new Error('npm says why above')
}

if (!isInstalled()) {
  try {
    await lockInstall()
    if (!asked && !isInstalled()) await install()
  } catch (error) {
    if (!asked) {
      const causes = `the network, the disk and who owns ${root}`
      console.error(`Dependencies could not be installed (${error.message}): see to ${causes}, then try again`)
      process.exitCode = 1
    }
  }
  rmSync(installLock, { force: true })
  if (asked || process.exitCode) process.exit()
}

const [file, ...rest] = process.argv.slice(2)
try {
  const { code } = await run(pinnedNode, ['--import', 'tsx', file, ...rest], {
    stdio: 'inherit',
  })
  process.exit(code)
} catch (error) {
  console.error(`Cannot run ${pinnedNode} (${error.message}): remove node_modules, then try again`)
  process.exit(1)
}
