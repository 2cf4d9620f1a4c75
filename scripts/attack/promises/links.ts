import { EVIL_HOST, OTHER_HOST_HEADERS } from '@/scripts/attack/attacker'
import type { Answer, Sent } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { expectThat } from '@/scripts/attack/verdicts'

/** Requests that are answered with a redirect. */
const REDIRECTING = [
  '/reset-password?token=x',
  '/.well-known/change-password',
  '/not-me?token=x',
  '/api/accounts/forgot_password?token=x',
  '/reset-password/MQ/x/',
]

/** The ways in which a request can name another host. */
const misdirected = (path: string, host: string): [what: string, sent: Sent][] => [
  ['forwarding headers', { path, headers: OTHER_HOST_HEADERS }],
  ['another Host', { path, headers: [['host', EVIL_HOST]] }],
  ['Host with a port', { path, headers: [['host', `${host}:80@${EVIL_HOST}`]] }],
  [
    'two Hosts',
    {
      path,
      headers: [
        ['host', host],
        ['host', EVIL_HOST],
      ],
    },
  ],
  [
    'two Hosts, the other first',
    {
      path,
      headers: [
        ['host', EVIL_HOST],
        ['host', host],
      ],
    },
  ],
  ['the absolute form', { path: `http://${EVIL_HOST}${path}` }],
  ['a doubled slash', { path: `//${EVIL_HOST}${path}` }],
  ['a backslash', { path: `/\\${EVIL_HOST}${path}` }],
]

const namesEvil = ({ headers, cookies }: Answer) =>
  ['location', 'link', 'refresh', 'content-location'].some((name) => headers[name]?.includes(`//${EVIL_HOST}`)) ||
  cookies.some((cookie) => cookie.includes(EVIL_HOST))

/** Addresses in emails and pages that hold a token. */
const TOKEN_ADDRESSES = [
  '/reset-password',
  '/api/accounts/forgot_password',
  '/secure-account',
  '/not-me',
  '/stop-emails',
]
const MADE_UP_TOKEN = 'A'.repeat(43)
const MAX_REDIRECTS = 5

export const links: PromiseGroup = {
  name: 'where links lead',
  promises: [
    {
      holds: 'The emailed link leads to the address of the deployment, whatever host a request names',
      attack: 'asks for an email with another host in Host, X-Forwarded-* and Forwarded, and reads the email',
      async check(attacker) {
        const { link, text } = await attacker.firstEmail()
        const { origin } = attacker.client
        expectThat(link.startsWith(`${origin}/`), `the link leads to ${new URL(link).origin}, not to ${origin}`)
        expectThat(!text.includes(EVIL_HOST), 'the email names the other host')
      },
    },
    {
      holds: 'Redirects lead to the address of the deployment, whatever host a request names',
      attack: 'follows links with another host in headers, in the request line, and in two Host headers',
      async check({ client }) {
        for (const path of REDIRECTING) {
          for (const [what, sent] of misdirected(path, new URL(client.origin).host)) {
            const answer = await client.send({ ...sent, headers: [['accept', 'text/html'], ...(sent.headers ?? [])] })
            expectThat(!namesEvil(answer), `${path} with ${what} redirects to ${answer.headers.location}`)
          }
        }
      },
    },
    {
      holds: 'No redirect target is taken from a request',
      attack: 'adds the parameters that redirects are commonly read from',
      async check({ client }) {
        const target = encodeURIComponent(`https://${EVIL_HOST}/`)
        const parameters = ['next', 'redirect', 'redirect_to', 'return', 'returnTo', 'url', 'continue', 'callbackUrl']
        const query = parameters.map((name) => `${name}=${target}`).join('&')
        for (const path of [...REDIRECTING, '/sign-in', '/account', '/']) {
          const { headers } = await client.send({ path: `${path}${path.includes('?') ? '&' : '?'}${query}` })
          const { location } = headers
          const leaves = location !== undefined && new URL(location, client.origin).origin !== client.origin
          expectThat(!leaves, `${path} redirects to ${location}`)
        }
      },
    },
    {
      holds: 'No token stays in the address of a page',
      attack: 'opens every address that holds a token, as a browser, and follows the redirects',
      async check({ client }) {
        for (const start of TOKEN_ADDRESSES) {
          let path = `${start}?token=${MADE_UP_TOKEN}`
          for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
            const { status, headers } = await client.send({ path, headers: [['accept', 'text/html']] })
            if (status < 300 || status >= 400 || !headers.location) break
            const next = new URL(headers.location, client.origin)
            path = next.pathname + next.search
          }
          expectThat(!path.includes(MADE_UP_TOKEN), `${start}?token=… ends at ${path.replace(MADE_UP_TOKEN, '…')}`)
        }
      },
    },
  ],
}
