import { type Agent, request } from 'node:http'

/** A request to a server. A `body` is JSON. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: string
  headers?: Record<string, string>
}

/** A call of a tRPC mutation. */
export const post = (name: string, input: unknown): Call => ({
  method: 'POST',
  path: `/api/trpc/${name}`,
  body: JSON.stringify(input),
})

/** Sends one call. Resolves with the status when the whole answer has been read. */
export function send(origin: string, agent: Agent, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...call.headers, ...(call.body ? { 'content-type': 'application/json' } : {}) }
    const outgoing = request(`${origin}${call.path}`, { agent, method: call.method, headers }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume()
    })
    outgoing.on('error', reject)
    if (call.body) outgoing.setHeader('content-length', Buffer.byteLength(call.body))
    outgoing.end(call.body)
  })
}
