import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than a browser takes to show a frame. */
const PAUSE_MS = 40

/** Pages are cut before each of these elements. */
const CUTS = /(?=<(?:main|h1|form|label|input|select|option|button|footer|p)\b)/

/** Passes GET requests on to the app. Each page is sent in pieces with pauses between them, as a slow line delivers it. */
export async function sendPagesInPieces(app: URL) {
  let pieces = 0
  async function sendPage(page: string, response: ServerResponse) {
    for (const piece of page.split(CUTS)) {
      response.write(piece)
      pieces += 1
      await sleep(PAUSE_MS)
    }
    response.end()
  }
  const server = createServer(async (request, response) => {
    const { cookie = '' } = request.headers
    const answer = await fetch(new URL(request.url ?? '/', app), { headers: { cookie, 'accept-language': 'en' } })
    const names = ['content-type', 'content-security-policy', 'cache-control']
    for (const name of names) response.setHeader(name, answer.headers.get(name) ?? '')
    if (answer.headers.get('content-type')?.startsWith('text/html')) return sendPage(await answer.text(), response)
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    get pieces() {
      return pieces
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
