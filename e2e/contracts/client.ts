import http from 'node:http'

export interface Sent {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Received {
  status: number
  headers: Record<string, string>
  text: string
}

const agent = new http.Agent({ keepAlive: true })

/**
 * Sends a request as it stands: any method, any Host, any bytes for a body; follows nothing. A body over 64 KiB
 * is sent in chunks, without saying its length.
 */
export function send(url: string, { method, path, headers = {}, body }: Sent): Promise<Received> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, headers, agent, timeout: 30_000 }, (response) => {
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
    request.on('error', reject)
    if (body && body.length <= 65_536) request.setHeader('content-length', Buffer.byteLength(body))
    request.end(body)
  })
}
