import type { Attacker } from '@/scripts/attack/attacker'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { OTHER_WRITES, REQUEST_PATHS } from '@/scripts/attack/request-paths'
import { expectThat, notChecked } from '@/scripts/attack/verdicts'

/** Pages, interfaces, a file, redirects and answers of the framework itself. */
const PATHS = [
  '/',
  '/sign-in',
  '/forgot-password',
  '/forgot-password/code',
  '/reset-password',
  '/secure-account',
  '/account',
  '/avatar.svg',
  '/healthz',
  '/nothing-is-here',
  '/api/nothing-is-here',
  '/%E0%A4%A',
  '//forgot-password',
  '/api/trpc/recovery.terms',
  '/api/accounts/forgot_password?token=x',
  '/secure/reset-password/locate/?account=',
  '/.well-known/change-password',
]

/** Answers that tell about a person or a recovery. Static files may be cached. */
const PERSONAL_PATHS = PATHS.filter((path) =>
  /^\/(sign-in|forgot|reset|secure|account|api\/(trpc|accounts))/.test(path),
)

const YEAR_SECONDS = 365 * 24 * 3600

const directive = (policy: string, name: string) =>
  policy
    .split(';')
    .map((part) => part.trim().split(/\s+/))
    .find(([first]) => first === name)
    ?.slice(1)

/** Cookies that the app sets without an account: after a request, for an opened link, and for a dead one. */
async function ordinaryCookies({ client, unknownEmail }: Attacker): Promise<string[]> {
  const answers = [
    await client.mutate('recovery.request', { account: unknownEmail }),
    await client.send({ path: '/reset-password?token=x' }),
    await client.send({ path: '/api/accounts/forgot_password?token=x', headers: [['accept', 'text/html']] }),
  ]
  return answers.flatMap(({ cookies }) => cookies)
}

const isHttps = ({ client }: Attacker) => client.origin.startsWith('https:')

export const web: PromiseGroup = {
  name: 'the web',
  promises: [
    {
      holds: 'Every answer has a policy that forbids inline scripts, plugins, foreign base addresses and framing',
      attack: 'reads the headers of pages, interfaces, files, redirects and errors',
      async check({ client }) {
        for (const path of PATHS) {
          const { headers } = await client.send({ path })
          const policy = headers['content-security-policy'] ?? ''
          const scripts = directive(policy, 'script-src') ?? directive(policy, 'default-src') ?? ["'unsafe-inline'"]
          const objects = directive(policy, 'object-src') ?? directive(policy, 'default-src')
          expectThat(!scripts.includes("'unsafe-inline'"), `${path} allows inline scripts: ${policy || 'no policy'}`)
          expectThat(objects?.join() === "'none'", `${path} allows plugins`)
          expectThat(directive(policy, 'base-uri')?.join() === "'none'", `${path} allows another base address`)
          expectThat(directive(policy, 'frame-ancestors')?.join() === "'none'", `${path} can be framed`)
        }
      },
    },
    {
      holds: 'Every answer has nosniff, no-referrer and an opener policy',
      attack: 'reads the headers of the same answers',
      async check({ client }) {
        for (const path of PATHS) {
          const { headers } = await client.send({ path })
          for (const [name, value] of [
            ['x-content-type-options', 'nosniff'],
            ['referrer-policy', 'no-referrer'],
            ['cross-origin-opener-policy', 'same-origin'],
          ] as const)
            expectThat(headers[name] === value, `${path}: ${name} is ${headers[name] ?? 'missing'}`)
        }
      },
    },
    {
      holds: 'On https, browsers are told to use nothing else for at least a year',
      attack: 'reads Strict-Transport-Security',
      async check(attacker) {
        if (!isHttps(attacker)) notChecked('the address is not https')
        for (const path of PATHS) {
          const { headers } = await attacker.client.send({ path })
          const seconds = Number(/max-age=(\d+)/.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0)
          expectThat(seconds >= YEAR_SECONDS, `${path}: Strict-Transport-Security lasts ${seconds} s`)
        }
      },
    },
    {
      holds: 'Nothing personal is stored by caches',
      attack: 'reads Cache-Control of pages, procedures and contracts',
      async check({ client }) {
        for (const path of PERSONAL_PATHS) {
          const { headers, status } = await client.send({ path })
          // A redirect to the sign-in page holds nothing personal.
          if (path === '/account' && status >= 300 && status < 400) continue
          const value = headers['cache-control'] ?? ''
          expectThat(value.includes('no-store'), `${path}: Cache-Control is ${value || 'missing'}`)
        }
      },
    },
    {
      holds: 'Cookies are HttpOnly, SameSite and for this host only; on https also Secure',
      attack: 'collects the cookies of a request, an opened link and a dead link',
      async check(attacker) {
        const cookies = (await ordinaryCookies(attacker)).filter((cookie) => !/max-age=0\b/i.test(cookie))
        expectThat(cookies.length > 0, 'no cookie was set, so none could be read')
        for (const cookie of cookies) {
          const name = cookie.split('=')[0] ?? ''
          expectThat(/;\s*httponly/i.test(cookie), `${name} is not HttpOnly`)
          expectThat(/;\s*samesite=(lax|strict)/i.test(cookie), `${name} is not SameSite`)
          expectThat(!/;\s*domain=/i.test(cookie) && /;\s*path=\/(;|$)/i.test(cookie), `${name} is for other hosts`)
          if (!isHttps(attacker)) continue
          expectThat(/;\s*secure/i.test(cookie) && name.startsWith('__Host-'), `${name} is not Secure with __Host-`)
        }
      },
    },
    {
      holds: 'A page of another website changes nothing and reads nothing',
      attack: 'sends every write with the headers of a browser on another website',
      async check({ client, unknownEmail }) {
        const foreign = [
          [['origin', 'https://evil.example']],
          [['origin', 'null']],
          [['sec-fetch-site', 'cross-site']],
          [
            ['origin', 'https://evil.example'],
            ['sec-fetch-site', 'same-site'],
          ],
        ] as const
        const asks = REQUEST_PATHS.map(({ method, path, field }) => ({ method, path, body: { [field]: unknownEmail } }))
        for (const { method, path, body } of [...asks, ...OTHER_WRITES]) {
          for (const headers of foreign) {
            const answer = await client.sendJson(method, path, body, headers)
            const from = headers.map((header) => header.join(': ')).join(', ')
            expectThat(answer.status === 403, `${method} ${path} with ${from} was answered ${answer.status}`)
            expectThat(answer.cookies.length === 0, `${method} ${path} with ${from} sets a cookie`)
            const allowed = answer.headers['access-control-allow-origin']
            expectThat(allowed === undefined, `${path} may be read by ${allowed}`)
          }
        }
      },
    },
    {
      holds: 'A write is accepted as JSON only, so no form of another website can send one',
      attack: 'sends every write as the content types that a form can have',
      async check({ client, unknownEmail }) {
        const asks = REQUEST_PATHS.map(({ method, path, field }) => ({ method, path, body: { [field]: unknownEmail } }))
        for (const { method, path, body } of [...asks, ...OTHER_WRITES]) {
          for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
            const headers = [['content-type', type]] as const
            const { status } = await client.send({ method, path, headers, body: JSON.stringify(body) })
            expectThat(status === 415, `${method} ${path} as ${type} was answered ${status}`)
          }
        }
      },
    },
    {
      holds: 'The well-known addresses answer as their specifications say',
      attack: 'asks for change-password, security.txt and a resource that must not exist',
      async check({ client }) {
        const well = (name: string) => client.send({ path: `/.well-known/${name}` })
        const change = await well('change-password')
        expectThat([302, 303, 307].includes(change.status), `change-password was answered ${change.status}`)
        const missing = await well('resource-that-should-not-exist-whose-status-code-should-not-be-200')
        expectThat(missing.status === 404, `a missing resource was answered ${missing.status}`)
        const security = await well('security.txt')
        const isComplete = /^Contact: \S+/m.test(security.text) && /^Expires: \S+/m.test(security.text)
        expectThat(security.status === 404 || isComplete, 'security.txt lacks Contact or Expires (RFC 9116)')
      },
    },
    {
      holds: 'Nothing for developers can be reached',
      attack: 'asks for the mailbox, the image optimizer, the repository and the configuration',
      async check({ client }) {
        for (const path of ['/.git/config', '/.env', '/_next/image?url=%2Favatar.svg&w=64&q=75', '/package.json']) {
          const { status } = await client.send({ path })
          expectThat(status === 404, `${path} was answered ${status}`)
        }
        const { hostname } = new URL(client.origin)
        const isDemo = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
        const { status } = await client.send({ path: '/dev/mailbox' })
        expectThat(isDemo || status === 404, 'anyone can read the emails, at /dev/mailbox')
      },
    },
  ],
}
