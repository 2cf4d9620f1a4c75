import type { Attacker, Pair } from '@/scripts/attack/attacker'
import type { Answer } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { askAt, JWT_PATH, REQUEST_PATHS } from '@/scripts/attack/request-paths'
import { broken, expectThat, notChecked, notLimited } from '@/scripts/attack/verdicts'

/** Well-formed, but no account has such an address or username. */
const PLAUSIBLE = ["o'brien+tag@no-such-host.invalid", `${'a'.repeat(64)}@example.invalid`]

/** What differs from one answer to the next by itself. */
const IGNORED_HEADERS = new Set(['date', 'x-request-id', 'retry-after', 'set-cookie', 'keep-alive', 'connection'])

/** Everything of an answer that a stranger could compare, except time. Values of cookies and waits always differ. */
export function visible({ status, headers, cookies, text }: Answer, account: string): string {
  const names = Object.entries(headers).filter(([name]) => !IGNORED_HEADERS.has(name))
  return JSON.stringify({
    status,
    headers: names,
    waits: 'retry-after' in headers,
    cookies: cookies.map((cookie) => cookie.replace(/=[^;]*/, '=…')),
    text: text
      .replaceAll(account, 'ACCOUNT')
      .replace(/"requestId":"[^"]*"/g, '"requestId":"…"')
      .replace(/("retryAfterSeconds":)\d+/g, '$1…')
      .replace(/\d+:\d\d:\d\d/g, '0:00:00'),
  })
}

function expectAlike({ known, unknown }: Pair, attacker: Attacker, what: string, other = attacker.unknownEmail) {
  notLimitedUnlessBoth({ known, unknown })
  const [first, second] = [visible(known, attacker.account), visible(unknown, other)]
  if (first !== second) broken(`${what}: ${first.slice(0, 300)} for the account, ${second.slice(0, 300)} for another`)
}

/** One limited answer says nothing. Two may be the wait that both accounts have. */
function notLimitedUnlessBoth({ known, unknown }: Pair) {
  if (known.status !== unknown.status) {
    // A budget of the address can run out between two requests, a wait of the account cannot.
    for (const answer of [known, unknown]) if (/too-many|Too many/.test(answer.text)) notLimited(answer)
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const TIMED_PAIRS = 8
/** Far above the noise of a network. The measurement that proves more is described in docs/security.md. */
const SUSPICIOUS_MS = 40

export const strangers: PromiseGroup = {
  name: 'strangers',
  promises: [
    {
      holds: 'Asking for an email is answered alike with and without an account, and within the cooldown',
      attack: 'asks twice at every path for the test account and for an address without one',
      async check(attacker) {
        await attacker.requireConcealment()
        const { client, account, unknownEmail } = attacker
        if (attacker.options.emails) await attacker.firstEmail()
        if (attacker.firstAnswers) expectAlike(attacker.firstAnswers, attacker, 'jwt, first request')
        for (const path of REQUEST_PATHS) {
          const known = await askAt(client, path, account)
          const unknown = await askAt(client, path, unknownEmail)
          expectAlike({ known, unknown }, attacker, path.name)
        }
      },
    },
    {
      holds: 'Addresses that are well-formed but impossible are answered like any other',
      attack: 'asks at every path for such addresses',
      async check(attacker) {
        await attacker.requireConcealment()
        const { client, unknownEmail } = attacker
        for (const [index, plausible] of PLAUSIBLE.entries()) {
          // Paths that have not been asked before for this address: none of them is in the cooldown.
          const path = REQUEST_PATHS[index] ?? JWT_PATH
          const known = notLimited(await askAt(client, path, unknownEmail))
          const unknown = notLimited(await askAt(client, path, plausible))
          const [first, second] = [visible(known, unknownEmail), visible(unknown, plausible)]
          expectThat(first === second, `${path.name}: ${second.slice(0, 300)} instead of ${first.slice(0, 300)}`)
        }
      },
    },
    {
      holds: 'Looking for an account shows nothing of it',
      attack: 'locates the test account, its username and an address without an account',
      async check(attacker) {
        await attacker.requireConcealment()
        const { client, account, unknownEmail, options } = attacker
        const locate = (name: string) =>
          client.send({ path: `/secure/reset-password/locate/?account=${encodeURIComponent(name)}` })
        const masked = (answer: Answer, name: string) => ({
          ...answer,
          text: answer.text.replace(/"email":"[^"]*"/, `"email":"${name ? '…' : ''}"`),
          headers: { ...answer.headers, 'content-length': '' },
        })
        const known = masked(await locate(account), account)
        const unknown = masked(await locate(unknownEmail), unknownEmail)
        expectAlike({ known, unknown }, attacker, 'locate')
        const names = [options.username ?? [], account].flat()
        for (const name of names) {
          const { text } = await locate(name)
          expectThat(
            !text.includes(account),
            `locate shows the whole address for ${name === account ? 'it' : 'a name'}`,
          )
        }
      },
    },
    {
      holds: 'No interface gives a link to a caller without the key of a trusted back end',
      attack: 'asks the contract v1 without a key and with made-up ones',
      async check({ client, unknownEmail, options }) {
        const account = options.account ?? unknownEmail
        const path = '/api/v1/auth/password-reset-email'
        const keys = [
          undefined,
          'Bearer null',
          'Bearer undefined',
          'Bearer a, Bearer b',
          `Basic ${btoa('admin:admin')}`,
        ]
        for (const key of keys) {
          const headers = key === undefined ? [] : [['authorization', key] as const]
          const answer = notLimited(await client.sendJson('POST', path, { email: account }, headers))
          const hasToken = /token=|\/reset-password\/[\w-]+\/[\w-]+/.test(answer.text)
          expectThat(!hasToken, `with ${key ?? 'no key'} it answered with a link to the account`)
        }
      },
    },
    {
      holds: 'Wrong passwords are answered alike with and without an account',
      attack: 'signs in with a wrong password',
      async check(attacker) {
        const { client, account, unknownEmail } = attacker
        const signIn = (name: string) =>
          client.mutate('session.signIn', { account: name, password: 'not the password 7' })
        const known = notLimited(await signIn(account))
        if (known.status === 404) notChecked('people sign in elsewhere')
        expectAlike({ known, unknown: notLimited(await signIn(unknownEmail)) }, attacker, 'sign-in')
      },
    },
    {
      holds: 'Smoke test of time: asking takes about as long with and without an account',
      attack: `times ${TIMED_PAIRS} pairs of requests in changing order; it proves no small difference`,
      async check(attacker) {
        await attacker.requireConcealment()
        const { client, account, unknownEmail } = attacker
        const time = async (name: string) => notLimited(await askAt(client, JWT_PATH, name)).milliseconds
        const differences: number[] = []
        for (let pair = 0; pair < TIMED_PAIRS; pair++) {
          const knownFirst = pair % 2 === 0
          const first = await time(knownFirst ? account : unknownEmail)
          const second = await time(knownFirst ? unknownEmail : account)
          differences.push(knownFirst ? first - second : second - first)
        }
        const typical = median(differences)
        const agreeing = differences.filter((difference) => Math.sign(difference) === Math.sign(typical)).length
        const isSuspicious = Math.abs(typical) > SUSPICIOUS_MS && agreeing >= TIMED_PAIRS - 1
        expectThat(!isSuspicious, `the account takes ${typical.toFixed(0)} ms longer`)
      },
    },
  ],
}
