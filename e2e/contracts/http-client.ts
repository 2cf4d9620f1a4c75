import http from 'node:http'

export interface HttpRequest {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  text: string
}

// With `Connection: close`, the server would end the connection before a large body is sent and its answer is read.
const agent = new http.Agent({ keepAlive: true })
const TIMEOUT_MS = 60_000

/**
 * Sends a request exactly as given: any method, any Host, any bytes. It follows no redirect. A body over 64 KiB is
 * sent in chunks, without its length.
 */
export function send(url: string, sent: HttpRequest): Promise<HttpResponse> {
  const { method, path, headers = {}, body } = sent
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers, agent, timeout: TIMEOUT_MS }
    const request = http.request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const joined = Object.entries(response.headers).map(([name, value]) => [name, String(value ?? '')])
        const cookies = response.headers['set-cookie']?.join(', ')
        resolve({
          status: response.statusCode ?? 0,
          headers: { ...Object.fromEntries(joined), ...(cookies ? { 'set-cookie': cookies } : {}) },
          text,
        })
      })
    })
    request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS} ms`)))
    request.on('error', (cause: NodeJS.ErrnoException) => {
      // The server may close an idle connection just as it is reused, and has then read nothing of the request.
      // https://nodejs.org/api/http.html#requestreusedsocket
      if (request.reusedSocket && cause.code === 'ECONNRESET') return resolve(send(url, sent))
      const size = body ? Buffer.byteLength(body) : 0
      reject(new Error(`${method} ${path} with ${size} bytes: ${cause.message}`, { cause }))
    })
    if (body && body.length <= 65_536) request.setHeader('content-length', Buffer.byteLength(body))
    request.end(body)
  })
}
