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
