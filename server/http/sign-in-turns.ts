import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { pageOf } from './form-post'

/**
 * Anyone may send any number of sign-ins at once. So that a burst of them delays no other request, a server starts
 * them one by one, when no other request or connection has come. Node.js accepts one connection in a turn of the event
 * loop: if 600 sign-ins start as they arrive, the next connection waits for seconds.
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
  readonly #waiting: Waiting[] = []
  #isScheduled = false
  #othersCame = false
  #lastStartAt = 0

  add(signIn: Waiting) {
    this.#waiting.push(signIn)
    this.#schedule()
  }

  /** Notes that a connection or another request has come. */
  othersCame() {
    this.#othersCame = true
  }

  #schedule() {
    if (this.#isScheduled || this.#waiting.length === 0) return
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
    let next = this.#waiting.shift()
    while (next?.response.destroyed) next = this.#waiting.shift()
    this.#lastStartAt = performance.now()
    next?.start()
  }
}

const prepared = new WeakSet<Server>()

/** Makes a server start its sign-ins in turns, and every other request at once. May be called again. */
export function takeSignInsInTurns(server: Server): void {
  if (prepared.has(server)) return
  prepared.add(server)
  const turns = new SignInTurns()
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean
  server.emit = (event: string, ...args: unknown[]) => {
    const [request, response] = args as [IncomingMessage, ServerResponse]
    if (event === 'request' && isSignIn(request)) {
      turns.add({ response, start: () => emit(event, ...args) })
      return true
    }
    turns.othersCame()
    return emit(event, ...args)
  }
}
