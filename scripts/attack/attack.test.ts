import { describe, expect, it } from 'vitest'
import { Attacker } from './attacker'
import { startFakeDeployment } from './fake-deployment'
import type { Flaw } from './fake-recovery'
import { createHttpClient, type HttpClient } from './http-client'
import { PROMISE_GROUPS } from './promises/all'
import { web } from './promises/web'
import { lineOf, type Outcome, runPromises } from './run-promises'

/** Every flaw that the fake deployment can have, with the promise that finds it. */
const FLAWS: Record<Flaw, string> = {
  'no-policy': 'Every answer has a policy',
  sniffing: 'Every answer has nosniff',
  caching: 'Nothing personal is stored by caches',
  'script-cookie': 'Cookies are HttpOnly',
  'any-site': 'A page of another website changes nothing',
  'any-type': 'A write is accepted as JSON only',
  'everything-is-found': 'The well-known addresses',
  'open-repository': 'Nothing for developers can be reached',
  batches: 'One request makes one call',
  'get-mutates': 'Only the documented method runs a change',
  echoes: 'TRACE and unknown methods',
  'action-fails': 'A made-up server action',
  'any-body': 'Bodies that are broken',
  'first-of-list': 'Lists, objects',
  'last-field-wins': 'A field that is given twice',
  'folds-unicode': 'An address that only looks like',
  'reveals-request': 'Asking for an email is answered alike',
  'refuses-plausible': 'Addresses that are well-formed but impossible',
  'reveals-locate': 'Looking for an account',
  'gives-link': 'No interface gives a link',
  'reveals-sign-in': 'Wrong passwords are answered alike',
  'slow-known': 'Smoke test of time',
  'believes-host': 'The emailed link leads to',
  'redirects-to-host': 'Redirects lead to',
  'open-redirect': 'No redirect target is taken',
  'token-in-address': 'No token stays in the address',
  'alg-none': 'Only a JWT that Latchkey signed works',
  'long-exp': 'The emailed JWT has HS256',
  'compares-all': 'Of many guesses at once',
  'blocks-known-only': 'Guesses at an account that does not exist',
  'tries-per-spelling': 'No detour gives new tries',
  'blocks-links': 'Guessing at codes leaves the link working',
  'accepts-malformed': 'A malformed token',
  'any-size': 'A megabyte of token',
  'get-spends': 'GET, HEAD, prefetching',
  'base64-decoded': 'Only the exact token works',
  'older-codes-live': 'A newer email ends the older code',
  'ends-resets': 'A reset in progress survives a newer request',
  'any-uid': 'A link is for one purpose',
  'code-reusable': 'A correct code works once',
  'no-lock': 'Of many redeems of one link at once',
  'links-survive': 'After the change every other secret',
  'sessions-survive': 'After the change every session has ended',
  'no-notice': 'The owner is told of the change',
  'believes-forwarded-for': 'An address has one budget',
  'slash-fresh-budget': 'Junk fields, other spellings of the path',
  'sign-in-per-name': 'Guesses at a password count for the account',
  fails: 'No request of any attack causes a server error',
  'repeats-token': 'No answer repeats an emailed token or code',
  'shows-stack': 'No answer shows a stack',
}

const ON_HTTPS = 'On https, browsers are told to use nothing else for at least a year'

/** Attacks a fake deployment with the groups that a name is in, or with all of them. */
async function attack(flaw?: Flaw, holds?: string): Promise<Outcome[]> {
  const deployment = await startFakeDeployment(flaw)
  const { recovery, origin } = deployment
  const client = createHttpClient(origin)
  const attacker = new Attacker({
    client,
    account: recovery.account,
    username: recovery.username,
    password: recovery.password,
    parallel: 10,
    pause: async (seconds) => recovery.advance(seconds),
    emails: {
      newest: async () => recovery.emails[0]?.text ?? null,
      recipients: async () => recovery.emails.map(({ to }) => to),
      timeoutMs: 300,
    },
  })
  const [requests, last] = [PROMISE_GROUPS[1], PROMISE_GROUPS.at(-1)]
  const found = PROMISE_GROUPS.filter((group) => !holds || group.promises.some((each) => each.holds.startsWith(holds)))
  const groups =
    holds && found[0] === last ? [web, requests, PROMISE_GROUPS.find(({ name }) => name === 'tokens'), last] : found
  try {
    return await runPromises(attacker, groups as typeof found)
  } finally {
    client.close()
    await deployment.stop()
  }
}

it('every promise holds for a deployment without a flaw', async () => {
  const outcomes = await attack()
  expect(outcomes.filter(({ verdict }) => verdict !== 'ok').map(lineOf)).toEqual([
    lineOf({ group: 'the web', holds: ON_HTTPS, verdict: 'not checked', reason: 'the address is not https' }),
  ])
})

describe('a deployment with a flaw breaks the promise about it', () => {
  it.each(Object.entries(FLAWS))('%s: %s', async (flaw, holds) => {
    const outcomes = await attack(flaw, holds)
    const broken = outcomes.filter(({ verdict }) => verdict === 'BROKEN').map((outcome) => outcome.holds)
    expect(broken.join('\n'), outcomes.map(lineOf).join('\n')).toContain(holds)
  })

  it('https without Strict-Transport-Security', async () => {
    const answer = { status: 200, headers: {}, cookies: [], text: '', milliseconds: 1 }
    const client = { origin: 'https://a.example', send: async () => answer, exchanges: [] } as unknown as HttpClient
    const outcomes = await runPromises(new Attacker({ client }), [web])
    expect(outcomes.find(({ holds }) => holds === ON_HTTPS)?.verdict).toBe('BROKEN')
  })
})

it('every promise has a flaw that breaks it', () => {
  const names = PROMISE_GROUPS.flatMap(({ promises }) => promises.map(({ holds }) => holds))
  const withoutFlaw = names.filter((name) => !Object.values(FLAWS).some((holds) => name.startsWith(holds)))
  expect(withoutFlaw).toEqual([ON_HTTPS])
  expect(new Set(names).size).toBe(names.length)
})
