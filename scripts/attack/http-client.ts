import http from 'node:http'
import https from 'node:https'

export interface Sent {
  method?: string
  /** The request target as it goes on the wire, normally a path. */
  path: string
  /** Pairs, so that a name can be repeated. A `host` pair replaces the Host header. */
  headers?: readonly (readonly [name: string, value: string])[]
  body?: string
}

export interface Answer {
  status: number
  headers: Record<string, string>
  /** The `Set-Cookie` lines. */
  cookies: string[]
  text: string
  milliseconds: number
}

/** A request and its answer, for the promises about all answers. */
export interface Exchange {
  request: string
  answer: Answer
}

export interface HttpClient {
  /** The public origin, without a trailing slash. Every request carries its host. */
  origin: string
  /** Sends a request as it is given. It follows no redirect. */
  send(sent: Sent): Promise<Answer>
  /** Sends JSON. An input of `undefined` sends no body. */
  sendJson(method: string, path: string, input: unknown, headers?: Sent['headers']): Promise<Answer>
  /** Calls a procedure that changes something. */
  mutate(procedure: string, input: unknown, headers?: Sent['headers']): Promise<Answer>
  /** Calls a procedure that reads. */
  query(procedure: string, input?: unknown, headers?: Sent['headers']): Promise<Answer>
  /** Everything that was sent and answered so far. */
  exchanges: Exchange[]
  close(): void
}

const TIMEOUT_MS = 60_000
export const JSON_TYPE = ['content-type', 'application/json'] as const

/**
 * An HTTP client that sends exactly what it is told, and alternates between the servers of one deployment.
 * @param origin the public origin
 * @param servers addresses of its servers, `http://host:port`; without any, the origin itself
 */
export function createHttpClient(origin: string, servers: readonly string[] = []): HttpClient {
  const targets = (servers.length > 0 ? servers : [origin]).map((url) => new URL(url))
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 50 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 50, servername: new URL(origin).hostname }),
  }
  const exchanges: Exchange[] = []
  let count = 0

  async function send(sent: Sent): Promise<Answer> {
    const target = targets[count++ % targets.length] as URL
    const answer = await exchange(target, agents[target.protocol as 'http:'], new URL(origin).host, sent)
    exchanges.push({ request: `${sent.method ?? 'GET'} ${shortened(sent.path)}`, answer })
    return answer
  }
  const client: HttpClient = {
    origin,
    exchanges,
    send,
    sendJson: (method, path, input, headers = []) =>
      input === undefined
        ? send({ method, path, headers })
        : send({ method, path, headers: [JSON_TYPE, ...headers], body: JSON.stringify(input) }),
    mutate: (procedure, input, headers) => client.sendJson('POST', `/api/trpc/${procedure}`, input, headers),
    query: (procedure, input, headers = []) => {
      const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
      return send({ path: `/api/trpc/${procedure}${query}`, headers })
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
  return client
}

/** Without tokens, because what was sent may be printed. */
const shortened = (path: string) => path.replace(/(token=|update\/|input=)[^&]+/, '$1…').slice(0, 80)

function exchange(target: URL, agent: http.Agent, host: string, sent: Sent, triesLeft = 2): Promise<Answer> {
  const { method = 'GET', path, headers = [], body } = sent
  const hasHost = headers.some(([name]) => name.toLowerCase() === 'host')
  const length = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const]
  const lines = [...(hasHost ? [] : [['host', host] as const]), ...headers, ...length].flat()
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const { hostname, port, protocol } = target
    // Node.js sends an array of names and values as it is, repeated names included.
    const options = { hostname, port, agent, method, path, headers: lines as unknown as string[], timeout: TIMEOUT_MS }
    const request = (protocol === 'https:' ? https : http).request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('error', reject).on('end', () => {
        const { 'set-cookie': cookies = [], ...rest } = response.headers
        const entries = Object.entries(rest).map(([name, value]) => [name, String(value)])
        const milliseconds = performance.now() - began
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(entries), cookies, text, milliseconds })
      })
    })
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)))
    request.on('error', (cause: NodeJS.ErrnoException) => {
      // The server may close an idle connection just as it is reused, and has then read nothing of the request.
      if (triesLeft > 0 && request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(cause.code ?? ''))
        return resolve(exchange(target, agent, host, sent, triesLeft - 1))
      reject(new Error(`${method} ${shortened(path)}: ${cause.message}`, { cause }))
    })
    request.end(body)
  })
}
