import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { pageOf } from './form-post'

/**
 * Anyone may send any number of sign-ins at once. So that a burst of them delays no other request, a server starts
 * them one by one, when no other request or connection has come. Node.js accepts one connection in a turn of the event
 * loop: if 600 sign-ins start as they arrive, the next connection waits for seconds.
 * Networks take turns too. Otherwise 300 connections of one network would make every other sign-in wait for all of theirs.
 */

const SIGN_IN_CALL = /^\/api\/trpc\/.*session\.signIn/s

/** Whether a request signs in: from a script, or from the page's form without one. tRPC decodes the name of a procedure. */
function isSignIn({ method, url }: IncomingMessage): boolean {
  const path = pageOf(url)
  return SIGN_IN_CALL.test(decoded(path)) || (method === 'POST' && path === '/sign-in')
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** How long other requests can delay the next sign-in. */
const MAX_DELAY_MS = 50

interface Waiting {
  response: ServerResponse
  start(): void
}

/** The sign-ins of one server. */
class SignInTurns {
  /** By network, in the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>()
  #isScheduled = false
  #othersCame = false
  #lastStartAt = 0

  add(network: string, signIn: Waiting) {
    const queue = this.#waiting.get(network)
    if (queue) queue.push(signIn)
    else this.#waiting.set(network, [signIn])
    this.#schedule()
  }

  /** Notes that a connection or another request has come. */
  othersCame() {
    this.#othersCame = true
  }

  #schedule() {
    if (this.#isScheduled || this.#waiting.size === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (!this.#othersCame || performance.now() - this.#lastStartAt >= MAX_DELAY_MS) this.#startNext()
      this.#othersCame = false
      this.#schedule()
    })
  }

  /** Starts one sign-in. Those whose clients have gone are dropped. */
  #startNext() {
    let next = this.#takeNext()
    while (next?.response.destroyed) next = this.#takeNext()
    this.#lastStartAt = performance.now()
    next?.start()
  }

  /** Takes the first sign-in of the network whose turn it is. The network's next one waits until all others had theirs. */
  #takeNext(): Waiting | undefined {
    const [network, queue] = this.#waiting.entries().next().value ?? []
    if (network === undefined) return undefined
    this.#waiting.delete(network)
    const first = queue?.shift()
    if (queue?.length) this.#waiting.set(network, queue)
    return first
  }
}

const prepared = new WeakSet<Server>()

/**
 * Makes a server start its sign-ins in turns, and every other request at once. May be called again.
 * @param networkOf the network that a request comes from
 */
export function takeSignInsInTurns(server: Server, networkOf: (request: IncomingMessage) => string): void {
  if (prepared.has(server)) return
  prepared.add(server)
  const turns = new SignInTurns()
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean
  server.emit = (event: string, ...args: unknown[]) => {
    const [request, response] = args as [IncomingMessage, ServerResponse]
    if (event === 'request' && isSignIn(request)) {
      turns.add(networkOf(request), { response, start: () => emit(event, ...args) })
      return true
    }
    turns.othersCame()
    return emit(event, ...args)
  }
}
