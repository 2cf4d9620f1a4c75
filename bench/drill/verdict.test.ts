import { expect, it } from 'vitest'
import type { Call } from './load'
import { type Aftermath, judge } from './verdict'

const MOMENTS = { killedAt: 1_000, switchedAt: 5_500 }

const answered = (kind: Call['kind'], account: string, given: Partial<Call> = {}): Call => ({
  kind,
  account,
  sentAt: 500,
  endedAt: 510,
  status: 200,
  retryAfter: undefined,
  reason: undefined,
  requestId: `id of ${account}`,
  ...given,
})

/** A drill in which nothing went wrong: a request before and after, a reset, a wrong code, and a 503 in between. */
function goodDrill() {
  const calls = [
    answered('request', 'ada'),
    answered('request', 'eve', { sentAt: 6_000, endedAt: 6_010 }),
    answered('reset', 'ada', { password: 'new' }),
    answered('wrong code', 'ida', { status: 400, reason: 'code-wrong' }),
    answered('request', 'joe', { sentAt: 2_000, endedAt: 2_001, status: 503, retryAfter: '5', reason: 'busy' }),
  ]
  const aftermath: Aftermath = {
    requests: new Map([
      ['id of ada', 'sent'],
      ['id of eve', 'sent'],
    ]),
    triedAccounts: new Set(['ida']),
    hasPassword: async (_, password) => password === 'new',
    accepted: [
      { to: ['ada'], subject: 'Reset your password' },
      { to: ['eve'], subject: 'Reset your password' },
      { to: ['ada'], subject: 'Your password was changed' },
    ],
    posts: [
      { key: 'a', status: 200 },
      { key: 'a', status: 200 },
    ],
  }
  return { calls, aftermath }
}

it('a drill without losses passes, and a call that was repeated with its key is no double', async () => {
  const { calls, aftermath } = goodDrill()
  const { counts, failures } = await judge(calls, aftermath, MOMENTS)
  expect(failures).toEqual([])
  expect(counts).toMatchObject({
    'acknowledged requests': 2,
    'emails accepted': 3,
    'calls to the provider repeated with their key': 1,
    'answers 503': 1,
    'without service (s)': 5,
    'of that after PgBouncer was switched (s)': 0.5,
  })
})

type Drill = ReturnType<typeof goodDrill>

it.each<[string, (drill: Drill) => void, string]>([
  ['a request is lost', ({ aftermath }) => aftermath.requests.delete('id of ada'), 'of them lost: 1'],
  ['an email is missing', ({ aftermath }) => aftermath.accepted.splice(1, 1), 'of them without an accepted email: 1'],
  [
    'an email is sent twice',
    ({ aftermath }) => aftermath.accepted.push({ to: ['eve'], subject: 'Reset your password' }),
    'emails sent twice: 1',
  ],
  [
    'the email about a change is missing',
    ({ aftermath }) => aftermath.accepted.pop(),
    'changes without an accepted email: 1',
  ],
  [
    'a password does not hold',
    ({ calls }) => calls.push(answered('reset', 'ada', { password: 'other' })),
    'changed passwords that do not hold: 1',
  ],
  [
    'a second try says that the first was done, but it was not',
    ({ calls }) => calls.push(answered('reset', 'ada', { password: 'other', status: 400, reason: 'link-used' })),
    'changed passwords that do not hold: 1',
  ],
  ['a guess is forgotten', ({ aftermath }) => aftermath.triedAccounts.clear(), 'wrong codes that are not counted: 1'],
  [
    'a 503 has no Retry-After',
    ({ calls }) => calls.push(answered('request', 'joe', { status: 503 })),
    'answers 503 without Retry-After: 1',
  ],
  [
    'an answer is a 500',
    ({ calls }) => calls.push(answered('request', 'joe', { status: 500, reason: 'internal' })),
    'unexpected answer: request: 500 internal (1)',
  ],
  [
    'a connection is cut',
    ({ calls }) => calls.push(answered('request', 'joe', { status: 'ECONNRESET' })),
    'unexpected answer: request: ECONNRESET (1)',
  ],
  [
    'an answer takes too long',
    ({ calls }) => calls.push(answered('request', 'eve', { endedAt: 31_000 })),
    'an answer took longer than 30 s',
  ],
  ['nothing is served afterwards', ({ calls }) => calls.splice(1, 1), 'the service did not recover'],
  ['nothing was refused', ({ calls }) => calls.pop(), 'answers 503: none, so the drill proves nothing'],
])('a drill fails when %s', async (_, spoil, failure) => {
  const drill = goodDrill()
  spoil(drill)
  expect((await judge(drill.calls, drill.aftermath, MOMENTS)).failures).toContain(failure)
})
