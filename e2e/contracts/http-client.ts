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

const TIMEOUT_MS = 60_000

/**
 * Sends a request exactly as given: any method, any Host, any bytes. It follows no redirect. A body over 64 KiB is
 * sent in chunks, without its length.
 */
export function send(url: string, { method, path, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    // A connection for each request: the server closes idle ones, and a request on one of those would be reset.
    const options = { hostname, port, method, path, headers, agent: false, timeout: TIMEOUT_MS } as const
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
    request.on('error', (cause) => {
      const size = body ? Buffer.byteLength(body) : 0
      reject(new Error(`${method} ${path} with ${size} bytes: ${cause.message}`, { cause }))
    })
    if (body && body.length <= 65_536) request.setHeader('content-length', Buffer.byteLength(body))
    request.end(body)
  })
}
