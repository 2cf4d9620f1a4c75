import { JSON_TYPE, type Sent } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { expectThat } from '@/scripts/attack/verdicts'

const TRPC = '/api/trpc'

/** Ways to make the server run a mutation that it did not recognize as one. */
const overrides = (account: string): Sent[] => {
  const input = encodeURIComponent(JSON.stringify({ account }))
  const body = JSON.stringify({ account })
  return [
    { path: `${TRPC}/recovery.request?input=${input}` },
    { path: `${TRPC}/recovery.request?input=${input}`, headers: [['x-http-method-override', 'POST']] },
    { path: `${TRPC}/recovery.request?_method=POST&input=${input}` },
    { method: 'HEAD', path: `${TRPC}/recovery.request?input=${input}` },
    { method: 'PUT', path: `${TRPC}/recovery.request`, headers: [JSON_TYPE], body },
    { method: 'GET', path: '/api/auth/forgot-password/', headers: [['x-method-override', 'POST']] },
    { method: 'DELETE', path: '/api/accounts/forgot_password', headers: [['x-http-method-override', 'PUT']] },
  ]
}

/** Two calls in one request, in the forms that tRPC knows. */
const batches = (account: string): Sent[] => {
  const calls = JSON.stringify({ 0: { account }, 1: { account } })
  const two = `${TRPC}/recovery.request,recovery.request`
  return [
    { method: 'POST', path: `${two}?batch=1`, headers: [JSON_TYPE], body: calls },
    { method: 'POST', path: two, headers: [JSON_TYPE], body: calls },
    { method: 'POST', path: `${TRPC}/recovery.request?batch=1`, headers: [JSON_TYPE], body: calls },
    { path: `${TRPC}/recovery.terms,recovery.terms?batch=1` },
  ]
}

const ACTION_ID = '4'.repeat(42)
const SERVER_ACTIONS: Sent[] = ['/', '/sign-in', '/forgot-password', '/reset-password', '/account'].flatMap((path) => [
  { method: 'POST', path, headers: [['next-action', 'x'], JSON_TYPE], body: '[]' },
  {
    method: 'POST',
    path,
    headers: [
      ['next-action', ACTION_ID],
      ['content-type', 'text/plain;charset=UTF-8'],
    ],
    body: '[]',
  },
  {
    method: 'POST',
    path,
    headers: [['content-type', 'multipart/form-data; boundary=x']],
    body: `--x\r\ncontent-disposition: form-data; name="$ACTION_ID_${ACTION_ID}"\r\n\r\n\r\n--x--\r\n`,
  },
])

/** A stack, a query, a path on the server's disk, or the name of a driver. */
const INTERNALS = /\n\s+at \S+ \(|node_modules\/|\bPostgresError\b|\bselect .+ from latchkey\.|postgres(ql)?:\/\//i

export const requests: PromiseGroup = {
  name: 'requests',
  promises: [
    {
      holds: 'One request makes one call: batches are refused',
      attack: 'sends batches in the forms that tRPC knows',
      async check({ client, unknownEmail }) {
        for (const sent of batches(unknownEmail)) {
          const { status } = await client.send(sent)
          expectThat(status >= 400 && status < 500, `${sent.method ?? 'GET'} ${sent.path} was answered ${status}`)
        }
      },
    },
    {
      holds: 'Only the documented method runs a change: GET, HEAD and method overrides run nothing',
      attack: 'sends changes as GET, HEAD, PUT and DELETE, with override headers and fields',
      async check({ client, unknownEmail }) {
        for (const sent of overrides(unknownEmail)) {
          const { status, cookies, text } = await client.send(sent)
          const what = `${sent.method ?? 'GET'} ${sent.path.split('?')[0]}`
          const isRefused = status === 405 || (status === 204 && text === '')
          expectThat(isRefused && cookies.length === 0, `${what} was answered ${status}`)
        }
      },
    },
    {
      holds: 'TRACE and unknown methods are refused',
      attack: 'sends TRACE, PROPFIND and SEARCH to pages and interfaces',
      async check({ client }) {
        for (const method of ['TRACE', 'PROPFIND', 'SEARCH']) {
          for (const path of ['/', `${TRPC}/recovery.terms`, '/api/auth/forgot-password/']) {
            const { status, text } = await client.send({ method, path, headers: [['x-secret', 'echoed-secret']] })
            expectThat((status >= 400 && status < 500) || status === 204, `${method} ${path} was answered ${status}`)
            expectThat(!text.includes('echoed-secret'), `${method} ${path} sends the request back`)
          }
        }
      },
    },
    {
      holds: 'A made-up server action runs nothing and causes no error on the server',
      attack: 'posts made-up Next-Action headers and action fields to pages',
      async check({ client }) {
        for (const sent of SERVER_ACTIONS) {
          const { status, headers, text } = await client.send(sent)
          // The page itself is an answer too: then the header was ignored.
          expectThat(status < 500, `POST ${sent.path} was answered ${status}`)
          const isResult = headers['content-type']?.includes('x-component') || 'x-action-redirect' in headers
          expectThat(!isResult, `POST ${sent.path} ran an action`)
          expectThat(!INTERNALS.test(text), `POST ${sent.path} shows internals`)
        }
      },
    },
    {
      holds: 'Bodies that are broken, deep, too large or not UTF-8 are refused',
      attack: 'sends such bodies to a procedure and to a contract',
      async check({ client }) {
        const deep = `{"account":${'['.repeat(5000)}${']'.repeat(5000)}}`
        const bodies = ['', '{', 'null', '[]', '"x"', '{"__proto__":{"account":"x"}}', '{"account":"\\ud800"}', deep]
        for (const path of [`${TRPC}/recovery.request`, '/api/auth/forgot-password/']) {
          for (const body of bodies) {
            const { status } = await client.send({ method: 'POST', path, headers: [JSON_TYPE], body })
            expectThat(status === 400, `${path} with ${body.slice(0, 30) || 'nothing'} was answered ${status}`)
          }
          const body = JSON.stringify({ account: 'x', filler: 'x'.repeat(17_000) })
          const { status } = await client.send({ method: 'POST', path, headers: [JSON_TYPE], body })
          expectThat(status === 413, `${path} with 17 KB was answered ${status}`)
        }
      },
    },
  ],
}

/** Six digits can be part of a longer number or of an id by chance. */
const showsCode = (text: string, code: string) => new RegExp(`"${code}"|(?<![\\w.-])${code}(?![\\w.-])`).test(text)

/** Judged at the end, over everything that was sent. */
export const allAnswers: PromiseGroup = {
  name: 'all answers',
  promises: [
    {
      holds: 'No request of any attack causes a server error',
      attack: 'counts the answers with a status of 500 or more, except 503 of a busy server',
      async check({ client }) {
        const failed = client.exchanges.filter(({ answer }) => answer.status >= 500 && answer.status !== 503)
        const [first] = failed
        expectThat(!first, `${failed.length} answers, the first one ${first?.answer.status} to ${first?.request}`)
      },
    },
    {
      holds: 'No answer repeats an emailed token or code',
      attack: 'searches the bodies and addresses of all answers for those of the emails',
      async check(attacker) {
        const { client } = attacker
        const emails = [await attacker.firstEmail(), await attacker.secondEmail()]
        for (const { request, answer } of client.exchanges) {
          if (request.includes('/dev/mailbox')) continue
          const visible = answer.text + (answer.headers.location ?? '')
          const shows = emails.some(({ token, code }) => visible.includes(token) || showsCode(visible, code))
          expectThat(!shows, `the answer to ${request} repeats one`)
        }
      },
    },
    {
      holds: 'No answer shows a stack, a query, a path or a password',
      attack: 'searches the bodies of all answers',
      async check({ client, options }) {
        for (const { request, answer } of client.exchanges) {
          if (request.includes('/dev/mailbox')) continue
          expectThat(!INTERNALS.test(answer.text), `the answer to ${request} shows internals`)
          const shows = options.password !== undefined && answer.text.includes(options.password)
          expectThat(!shows, `the answer to ${request} repeats the password`)
        }
      },
    },
  ],
}
