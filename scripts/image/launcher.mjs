// The entry of the image: `node latchkey.mjs COMMAND ARGS…`. Plain JavaScript: the image has no TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const ROOT = import.meta.dirname
const [command = 'server', ...args] = process.argv.slice(2)

process.chdir(ROOT)
process.env.NODE_ENV = 'production'
for (const file of ['.env.local', '.env']) if (existsSync(file)) process.loadEnvFile(file)
// `docker run --env-file` keeps the quotes around a value. A shell and systemd read the same file, and need them.
for (const [name, value] of Object.entries(process.env))
  process.env[name] = value.replace(/^"([^"]*)"$|^'([^']*)'$/, '$1$2')

const inScripts = (file) => path.join(ROOT, 'scripts', file)
const commandFile = (name) => path.join(ROOT, 'commands', `${name}.mjs`)

function fail(message) {
  console.error(message)
  process.exit(1)
}

if (['help', '--help', '-h'].includes(command)) {
  const files = readdirSync(path.join(ROOT, 'commands')).map((file) => path.parse(file).name)
  const commands = files.filter((name) => name !== 'check-start').sort()
  console.log(`Usage: latchkey [server|healthcheck|${commands.join('|')}] [--help]`)
  process.exit(0)
}
if (command === 'healthcheck') await checkHealth()
if (!process.env.DATABASE_URL && !process.env.DATABASE_DIRECT_URL)
  fail('Set DATABASE_URL to a PostgreSQL 14 or newer: the image has none of its own.')
if (command === 'server') await serve()
else if (/^[a-z]+$/.test(command) && existsSync(commandFile(command))) await run(commandFile(command), args)
else fail(`There is no command ${JSON.stringify(command)}. See docs/deployment.md.`)

/** Ends with exit code 0 if the server of this machine can serve. */
async function checkHealth() {
  const url = `http://127.0.0.1:${process.env.PORT || 3000}/readyz`
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) }).catch(() => undefined)
  process.exit(answer?.status === 200 ? 0 : 1)
}

/** Checks the configuration and the database in a process of its own, so that none of that stays in memory, and serves. */
async function serve() {
  const { status } = spawnSync(process.execPath, [commandFile('check-start')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  // Docker sets HOSTNAME to the name of the container, and Next.js would listen on the address of that name only.
  const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'))
  process.env.HOSTNAME = hasIpv6 ? '::' : '0.0.0.0'
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  const { MEMORY_FLAGS } = await load(inScripts('memory-flags.mjs'))
  const server = path.join(ROOT, 'server.js')
  const program =
    Number(process.env.WEB_CONCURRENCY || 1) > 1
      ? [inScripts('shared-port/parent.mjs'), server]
      : ['--import', pathToFileURL(inScripts('listen-backlog.mjs')).href, server]
  // This process becomes the server, with V8's flags, and keeps its id. Of a flag that is given twice, the last counts.
  const nodeArgs = [...MEMORY_FLAGS, ...process.execArgv, ...program]
  process.execve(process.execPath, [process.execPath, ...nodeArgs], process.env)
}

/** Runs a file of the image in this process. */
async function run(file, args) {
  process.argv = [process.argv[0], file, ...args]
  await load(file)
}

/** The files of the image are not where those of the clone are, so their paths are not written as imports. */
function load(file) {
  return import(pathToFileURL(file).href)
}
