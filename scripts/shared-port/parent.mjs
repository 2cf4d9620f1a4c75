// The parent of several server processes that share a port: `node parent.mjs SERVER ARGS…` with WEB_CONCURRENCY.
// Plain JavaScript without dependencies: the image has no TypeScript.
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { createSharedSlots } from './shared-slots.mjs'

/** A process that was ready for longer than this has not failed at the start. */
const STEADY_MS = 60_000
/** Pauses before a process is started again: none if it has served, then 2, 4, 8 … seconds. */
const LONGEST_PAUSE_MS = 30_000
/** The parent ends when no process is ready and one has ended this many times in a row. */
const MOST_FAILURES = 6

const [server, ...args] = process.argv.slice(2)
const count = Number(process.env.WEB_CONCURRENCY)
/** The first one sends emails and events, if MAIL_WORKER is on. See `server/start.ts`. */
const slots = Array.from({ length: count }, (_, index) => ({ number: index + 1, failures: 0, held: '' }))
const shared = createSharedSlots((worker, lane) => tell(worker, { latchkey: 'granted', lane }))
let stopping = false

const BACKLOG = new URL('../listen-backlog.mjs', import.meta.url).href
// Standard output comes through here, so that the banners of Next.js do not appear between lines of JSON.
const execArgv = [...process.execArgv, '--import', BACKLOG]
cluster.setupPrimary({ exec: server, args, execArgv, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })

/** Tells the metrics of the processes apart. An id that is set already gets the number of the process. */
function telemetryOf({ number }) {
  const given = process.env.OTEL_RESOURCE_ATTRIBUTES ?? ''
  const id = /(?:^|,)\s*service\.instance\.id=([^,]+)/.exec(given)?.[1]
  return [given, `service.instance.id=${id ? `${id}-${number}` : randomUUID()}`].filter(Boolean).join(',')
}

/**
 * Closes the connection that a process was given and has not taken when it ends. Node.js forgets it, and its client would
 * wait for ever. There is one at most. If the process has taken it, it is closed here already, and this does nothing.
 */
function closeUntaken({ process: child }) {
  const { send } = child
  let given
  child.send = (message, handle, ...rest) => {
    if (typeof handle?.close === 'function') given = handle
    return send.call(child, message, handle, ...rest)
  }
  child.once('exit', () => given?.close())
}

function start(slot) {
  const worker = cluster.fork({ PROCESS_NUMBER: String(slot.number), OTEL_RESOURCE_ATTRIBUTES: telemetryOf(slot) })
  closeUntaken(worker)
  Object.assign(slot, { worker, isRunning: true, readyAt: undefined, held: '' })
  worker.process.stdout.setEncoding('utf8').on('data', (text) => {
    if (slot.readyAt) process.stdout.write(text)
    else slot.held += text
  })
  worker.on('message', (message) => hear(slot, message))
  worker.on('error', () => {}) // a message to a process that has ended
  worker.process.once('error', (error) => ended(slot, worker, error.message))
  worker.process.once('close', (code, signal) => ended(slot, worker, signal ?? `exit code ${code}`))
}

/** A process is ready, has queued an email, or asks for a slot of a lane or gives it back. */
function hear(slot, message) {
  switch (message?.latchkey) {
    case 'ready':
      return ready(slot)
    case 'queued':
      return tell(slots[0].worker, message)
    case 'take':
      return shared.take(slot.worker, message.lane, message.slots)
    case 'give-back':
      return shared.giveBack(slot.worker, message.lane)
  }
}

function tell(worker, message) {
  if (worker.isConnected()) worker.send(message, () => {})
}

function ready(slot) {
  slot.readyAt = performance.now()
  process.stdout.write(slot.held.replace(/^(?!\{).*\n/gm, ''))
  log(30, 'server process ready', slot)
  // The first one has shown that the configuration works.
  for (const other of slots) if (!other.worker) start(other)
}

function ended(slot, worker, reason) {
  if (slot.worker !== worker || !slot.isRunning) return
  slot.isRunning = false
  shared.leave(worker)
  if (stopping) return exitIfAllEnded()
  const wasReady = slot.readyAt !== undefined
  if (!wasReady) process.stdout.write(slot.held)
  if (wasReady && performance.now() - slot.readyAt > STEADY_MS) slot.failures = 0
  slot.failures += 1
  slot.readyAt = undefined
  const isFirstStart = slots.some((other) => !other.worker)
  if (isFirstStart || (slot.failures >= MOST_FAILURES && !slots.some(({ readyAt }) => readyAt))) {
    log(60, 'server processes do not start', slot, { reason })
    process.exit(1)
  }
  const pauseMs = wasReady && slot.failures === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, 500 * 2 ** slot.failures)
  log(50, 'server process ended, another one is started', slot, { reason, pauseMs })
  slot.timer = setTimeout(start, pauseMs, slot)
}

/** Writes a line as the log of the server does. */
function log(level, msg, { number, worker }, more = {}) {
  const levels = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: 99 }
  if (level < (levels[process.env.LOG_LEVEL] ?? levels.info)) return
  const line = { level, time: Date.now(), process: number, pid: worker.process.pid, ...more, msg }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function exitIfAllEnded() {
  if (!slots.some(({ isRunning }) => isRunning)) process.exit(0)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    stopping = true
    for (const { worker, timer } of slots) {
      clearTimeout(timer)
      worker?.process.kill(signal === 'SIGINT' ? signal : 'SIGTERM')
    }
    exitIfAllEnded()
  })
}

start(slots[0])
