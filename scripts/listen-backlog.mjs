import { Server } from 'node:net'

/** Linux's own default limit. The limit of the system applies where it is lower. */
const BACKLOG = 4096

// Next.js listens with Node's default of 511 waiting connections. When a burst fills that, Linux drops the others, and
// their clients try again after 1, 3, 7, 15 and 31 seconds, long after the burst.
const { listen } = Server.prototype
Server.prototype.listen = function (port, host, ...rest) {
  const isPlain = typeof port === 'number' && (typeof host === 'string' || host === undefined)
  return isPlain ? listen.call(this, { port, host, backlog: BACKLOG }, ...rest) : listen.call(this, port, host, ...rest)
}

/** For how long waiting connections are accepted at the end. In a flood, more of them always come. */
const LONGEST_END_MS = 1_000
/** How long those that were accepted last may take to send their request. */
const LAST_REQUEST_MS = 1_000

// At the end of a process, Linux resets the connections that wait to be accepted. They may have sent their request while the
// process was busy. So it stops listening when none has come in two turns of the event loop, which accepts one in each.
const { close } = Server.prototype
Server.prototype.close = function (done) {
  const latest = performance.now() + LONGEST_END_MS
  let quietTurns = 0
  const last = []
  const accepted = (socket) => {
    last.push(socket)
    quietTurns = 0
  }
  const endWhenQuiet = () => {
    quietTurns += 1
    if (quietTurns < 3 && performance.now() < latest) return setImmediate(endWhenQuiet)
    this.off('connection', accepted)
    close.call(this, done)
    // One that sends nothing would keep the process from ending.
    const closeSilent = () => last.filter(({ bytesRead }) => bytesRead === 0).forEach((socket) => void socket.destroy())
    setTimeout(closeSilent, LAST_REQUEST_MS).unref()
  }
  this.on('connection', accepted)
  setImmediate(endWhenQuiet)
  return this
}
