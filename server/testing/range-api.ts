import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase()

/** A local server that speaks the range API of Have I Been Pwned, with padding, and knows these passwords. */
export async function startRangeApi(breached: string[]) {
  /** The paths that were asked for, and the header that asks for padding. */
  const asked: { path: string; padding: string | undefined }[] = []
  let answer: Answer | undefined
  const server = createServer((request, response) => {
    const { url: path = '', headers } = request
    asked.push({ path, padding: headers['add-padding'] as string | undefined })
    if (answer) return answer(request, response)
    const digits = path.split('/').at(-1)
    const known = breached.map(hashOf).filter((hash) => hash.startsWith(digits ?? ''))
    const lines = known.map((hash) => `${hash.slice(5)}:37`)
    for (let n = 0; n < 30; n++) lines.push(`${hashOf(`padding ${n}`).slice(5)}:0`)
    response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.join('\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/range/`,
    asked,
    /** Answers in another way from now on. */
    answerWith(next: Answer | undefined) {
      answer = next
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The five digits that may leave the process, and the rest, which may not. */
export const splitHash = (password: string): [digits: string, rest: string] => [
  hashOf(password).slice(0, 5),
  hashOf(password).slice(5),
]
