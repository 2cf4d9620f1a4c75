import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The number that `request-hooks.ts` gives to each posted form, over any value that the client sent. */
const CLIENT_HEADER = 'x-latchkey-form-client'

// Next.js bundles the request hooks and the pages separately.
const holder = globalThis as typeof globalThis & { __latchkeyFormClients?: Map<string, AbortSignal> }
holder.__latchkeyFormClients ??= new Map()
const signals = holder.__latchkeyFormClients

/** Remembers the client of a posted form until the response ends. Next.js passes no signal to a server action. */
export function rememberFormClient(request: IncomingMessage, response: ServerResponse): void {
  const id = randomUUID()
  const controller = new AbortController()
  request.headers[CLIENT_HEADER] = id
  signals.set(id, controller.signal)
  response.once('close', () => {
    signals.delete(id)
    if (!response.writableFinished) controller.abort()
  })
}

/** Aborted when the client of a posted form has gone. Undefined for any other request. */
export const formClientSignal = (headers: Headers): AbortSignal | undefined =>
  signals.get(headers.get(CLIENT_HEADER) ?? '')
