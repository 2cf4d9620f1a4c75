import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

/** The body of an event, as the documentation describes it. */
export interface ReceivedEvent {
  type: string
  timestamp: string
  data: Record<string, unknown>
}

/** A call that the application received. */
export interface ReceivedCall {
  id: string
  headers: http.IncomingHttpHeaders
  body: string
  /** Undefined if the signature is not valid at the receiver's time. */
  event?: ReceivedEvent
  /** The receiver's clock. */
  at: Date
}

/** How the receiver answers: a status, a status with headers and a body, or no answer at all. */
export type Answer = number | { status: number; headers?: Record<string, string>; body?: string } | 'hang'

export const newEventsSecret = () => `whsec_${randomBytes(32).toString('base64')}`

/**
 * Starts the application's endpoint: an HTTP server on loopback that verifies each call with the published library,
 * as an application would. It answers 204, or 400 if the signature is not valid.
 */
export async function startEventReceiver(options: { secret: string; now: () => Date; port?: number }) {
  const calls: ReceivedCall[] = []
  let answer: (call: ReceivedCall) => Answer = () => 204

  /** The library compares with the clock of the machine, so this moves that clock for the moment. */
  function verify(body: string, headers: http.IncomingHttpHeaders): ReceivedEvent | undefined {
    const [realNow, at] = [Date.now, options.now().getTime()]
    Date.now = () => at
    try {
      return new Webhook(options.secret).verify(body, headers as Record<string, string>) as ReceivedEvent
    } catch {
      return undefined
    } finally {
      Date.now = realNow
    }
  }

  async function receive(req: IncomingMessage, res: ServerResponse) {
    const body = await text(req)
    const id = String(req.headers['webhook-id'])
    const call = { id, headers: req.headers, body, event: verify(body, req.headers), at: options.now() }
    calls.push(call)
    const answered = call.event ? answer(call) : 400
    if (answered === 'hang') return
    const {
      status,
      headers = {},
      body: answeredBody = '',
    } = typeof answered === 'number' ? { status: answered } : answered
    res.writeHead(status, headers).end(answeredBody)
  }

  const server = http.createServer((req, res) => void receive(req, res).catch(() => res.destroy()))
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/events`,
    port,
    /** Every call, in the order of arrival. */
    calls,
    /** The events of the calls with a valid signature. */
    events: () => calls.flatMap(({ event }) => event ?? []),
    /** Answers the next calls like this. */
    answerWith(next: Answer | ((call: ReceivedCall) => Answer)) {
      answer = typeof next === 'function' ? next : () => next
    },
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
