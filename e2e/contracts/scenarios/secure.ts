import type { Answered, Replay } from './scenario'

const LOCATE = '/secure/reset-password/locate'
const SEND = '/secure/reset-password/send'
const VERIFY = '/secure/reset-password/verify'
const UPDATE = '/secure/reset-password/update'

const error = (message: string) => ({ error: message })
const information = (message: string): Answered => [400, { information: message }]
const UNKNOWN: Answered = [
  404,
  error(
    "We couldn't find an account matching the provided information. Please double-check your username or email address and try again.",
  ),
]
const INVALID: Answered = [
  400,
  error('Not Valid Request Make sure that you provided the username or email correctly !'),
]
const SENT: Answered = [
  200,
  {
    success: 'A verification code has been sent to your email. Please check your inbox and enter the code to proceed.',
  },
]
const NOT_NUMERIC: Answered = [404, error('Invalid Verification code, Please enter a numeric code.')]
const WRONG: Answered = [404, error('Invalid Verification code, Please try again .')]
const GRANTED: Answered = [
  200,
  { success: 'Access granted. You can now change your password.', token: '{grant~[A-Za-z0-9]{60}}' },
]
const BAD_TOKEN: Answered = [400, error('The provided token is not recognized or is malformed.')]
const EXPIRED: Answered = [404, error('The token has reached its expiration time and is no longer valid.')]
const MAY_CHANGE: Answered = [200, { success: 'you can now change your password' }]
const CHANGED: Answered = [200, { success: 'Password changed successfully, You can now log in with your new password' }]

/** The wait may have run for a moment by the time it is told. */
const blocked = (time: string): Answered => [429, { error: 'Retry limit reached. Please wait ', time: `{~${time}}` }]
const FIRST_BLOCK = blocked('0:01:00|0:00:5[0-9]')
const SECOND_BLOCK = blocked('0:02:00|0:01:5[0-9]')

const PICTURE = '{app}/avatar.svg'
const OTHER_CODES = ['000001', '000002', '000003']
const TOKEN = 'ElXFoc1kkOzFwtXnQ4dJ4Ds3npERKvJ7sMGxikcuGlP5kiwBsiq37e91woJL'
const MAILED = '{app}/api/accounts/forgot_password?token={token}'

const right = { account: '{email}', code: '{code}' }
const both = { password: '{newPassword}', repassword: '{newPassword}' }
const guesses = (account: string) =>
  OTHER_CODES.map((code) => ({ send: `POST ${VERIFY}/`, body: { account, code }, get: WRONG }))

export const replay: Replay = {
  stories: [
    {
      title: 'locate a registered account',
      steps: [
        {
          send: `GET ${LOCATE}/?account={email}`,
          reveal: [200, { success: { email: '{email}', full_name: '{name}', picture: PICTURE } }],
          conceal: [200, { success: { email: '{masked}', full_name: '', picture: PICTURE } }],
        },
        {
          send: `GET ${LOCATE}?account={username}`,
          reveal: [200, { success: { email: '{email}', full_name: '{name}', picture: PICTURE } }],
          conceal: [
            200,
            { success: { email: '{decoy~[a-z]•••@[a-z]•••[.][a-z.]+}', full_name: '', picture: PICTURE } },
          ],
        },
        {
          send: `GET ${LOCATE}?account=%20{username}`,
          reveal: [200, { success: { email: '{email}', full_name: '{name}', picture: PICTURE } }],
          conceal: [200, { success: { email: '{decoy}', full_name: '', picture: PICTURE } }],
        },
        { send: `HEAD ${LOCATE}/?account={email}`, get: [200] },
      ],
    },
    {
      title: 'locate an account that is not registered',
      steps: [
        {
          send: `GET ${LOCATE}/?account=nobody-at-all@example.com`,
          reveal: UNKNOWN,
          conceal: [200, { success: { email: 'n•••@e•••.com', full_name: '', picture: PICTURE } }],
        },
        {
          send: `GET ${LOCATE}/?account={nobodysName}`,
          reveal: UNKNOWN,
          conceal: [
            200,
            { success: { email: '{decoy~[a-z]•••@[a-z]•••[.][a-z.]+}', full_name: '', picture: PICTURE } },
          ],
        },
        {
          send: `GET ${LOCATE}/?account={nobodysName}`,
          reveal: UNKNOWN,
          conceal: [200, { success: { email: '{decoy}', full_name: '', picture: PICTURE } }],
        },
      ],
    },
    {
      title: 'locate without a name that could be one',
      steps: [
        { send: `GET ${LOCATE}/`, get: INVALID },
        { send: `GET ${LOCATE}/?account=`, get: INVALID },
        { send: `GET ${LOCATE}/?account=a@b`, get: INVALID },
        { send: `GET ${LOCATE}/?account=two%20words`, get: INVALID },
        { send: `GET ${LOCATE}/?account={email}&account={email}`, get: INVALID },
        { send: `GET ${LOCATE}/?account=%00`, get: INVALID },
        { send: `GET ${LOCATE}/?account=%E0%A4%A`, get: INVALID },
      ],
    },
    {
      title: 'from a code to a new password',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
        { send: `POST ${VERIFY}/`, body: { ...right, code: '90485a' }, get: NOT_NUMERIC },
        { send: `POST ${VERIFY}/`, body: { account: '{username}', code: OTHER_CODES[0] }, get: WRONG },
        { send: `POST ${VERIFY}/`, body: right, get: GRANTED },
        { send: `POST ${VERIFY}`, body: right, get: WRONG },
        { send: `GET ${UPDATE}/{grant}/`, get: MAY_CHANGE },
        { send: `HEAD ${UPDATE}/{grant}`, get: [200] },
        {
          send: `POST ${UPDATE}/{grant}/`,
          get: information('Password is required: The password field is left blank.'),
        },
        {
          send: `POST ${UPDATE}/{grant}/`,
          body: { password: ['{newPassword}'], repassword: '{newPassword}' },
          get: information('Password is required: The password field is left blank.'),
        },
        {
          send: `POST ${UPDATE}/{grant}/`,
          body: { password: '111111', repassword: '111111' },
          get: information('Password too short: The password does not meet the minimum length requirement.'),
        },
        {
          send: `POST ${UPDATE}/{grant}/`,
          body: { password: '{newPassword}' },
          get: information('Re-Password is required: The re password field is left blank.'),
        },
        {
          send: `POST ${UPDATE}/{grant}/`,
          body: { ...both, repassword: '{newPassword}!' },
          get: information(
            'Password confirmation does not match: The confirmation password does not match the original password.',
          ),
        },
        {
          send: `POST ${UPDATE}/{grant}/`,
          body: { password: '11111111', repassword: '11111111' },
          get: information('Too easy to guess: it repeats or follows a pattern. Choose another.'),
        },
        { send: `POST ${UPDATE}/{grant}`, body: both, get: CHANGED },
        { signIn: '{newPassword}' },
        { signIn: '{password}', fails: true },
        { send: `GET ${UPDATE}/{grant}/`, get: BAD_TOKEN },
        { send: `POST ${UPDATE}/{grant}/`, body: both, get: BAD_TOKEN },
      ],
    },
    {
      title: 'a code asked for again within a minute',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: FIRST_BLOCK },
        { send: `POST ${SEND}`, body: { account: '{email}' }, get: FIRST_BLOCK },
        // Known by either name where names are told of; elsewhere that would tell that both are one account's.
        { send: `POST ${SEND}`, body: { account: '{username}' }, reveal: FIRST_BLOCK, conceal: SENT },
        { later: 60 },
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
      ],
    },
    {
      title: 'a code for an account that is not registered',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { send: `POST ${SEND}/`, body: { account: '{nobody}' }, reveal: UNKNOWN, conceal: FIRST_BLOCK },
        { noMail: true },
        ...OTHER_CODES.map((code) => ({
          send: `POST ${VERIFY}/`,
          body: { account: '{nobody}', code },
          reveal: UNKNOWN,
          conceal: WRONG,
        })),
        {
          send: `POST ${VERIFY}/`,
          body: { account: '{nobody}', code: '123456' },
          reveal: UNKNOWN,
          conceal: FIRST_BLOCK,
        },
      ],
    },
    {
      title: 'a code for what can be no account, and what can be no code',
      steps: [
        { send: `POST ${SEND}/`, get: INVALID },
        { send: `POST ${SEND}/`, body: { account: 'john@example.com,jane@example.com' }, get: INVALID },
        { send: `POST ${VERIFY}/`, get: INVALID },
        { send: `POST ${VERIFY}/`, body: { account: '{email}' }, get: INVALID },
        { send: `POST ${VERIFY}/`, body: { account: '{email}', code: 904854 }, get: INVALID },
        { send: `POST ${VERIFY}/`, body: { account: '', code: '904854' }, get: INVALID },
        ...['', ' ', '90 48 54', '-90485', '9.0485', '١٢٣٤٥٦', '12345６', '0x1234'].map((code) => ({
          send: `POST ${VERIFY}/`,
          body: { account: '{email}', code },
          get: NOT_NUMERIC,
        })),
        { noMail: true },
      ],
    },
    {
      title: 'three wrong codes block the right one, each time for twice as long; links go on',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
        ...guesses('{email}'),
        { send: `POST ${VERIFY}/`, body: right, get: FIRST_BLOCK },
        { send: `POST ${VERIFY}`, body: { account: '{email}', code: OTHER_CODES[0] }, get: FIRST_BLOCK },
        // By its other name it is blocked as well; where names are not told of, that is not told either.
        { send: `POST ${VERIFY}/`, body: { ...right, account: '{username}' }, reveal: FIRST_BLOCK, conceal: WRONG },
        { later: 60 },
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
        ...guesses('{email}'),
        { send: `POST ${VERIFY}/`, body: right, get: SECOND_BLOCK },
        {
          send: 'GET /api/accounts/forgot_password?token={token}',
          get: [
            307,
            null,
            {
              location: '{app}/reset-password',
              'set-cookie': 'latchkey-reset={token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax',
            },
          ],
        },
        { later: 120 },
        { send: `POST ${VERIFY}/`, body: right, get: GRANTED },
      ],
    },
    {
      title: 'a code lives ten minutes, and only that of the newest mail',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{email}' }, get: SENT },
        { mail: MAILED },
        { later: 601 },
        { send: `POST ${VERIFY}/`, body: right, get: WRONG },
      ],
    },
    {
      title: 'a token lives five minutes',
      steps: [
        { send: `POST ${SEND}/`, body: { account: '{username}' }, get: SENT },
        { mail: MAILED },
        { send: `POST ${VERIFY}/`, body: { account: '{username}', code: '{code}' }, get: GRANTED },
        { later: 301 },
        { send: `GET ${UPDATE}/{grant}/`, get: EXPIRED },
        { send: `POST ${UPDATE}/{grant}/`, body: {}, get: EXPIRED },
        { send: `POST ${UPDATE}/{grant}/`, body: both, get: EXPIRED },
      ],
    },
    {
      title: 'a token that never was one',
      steps: [
        ...[TOKEN, 'x', `${TOKEN}x`, '%E0%A4%A', '%00', 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4'].flatMap(
          (token) => [
            { send: `GET ${UPDATE}/${token}/`, get: BAD_TOKEN },
            { send: `POST ${UPDATE}/${token}/`, body: both, get: BAD_TOKEN },
            { send: `POST ${UPDATE}/${token}/`, body: {}, get: BAD_TOKEN },
          ],
        ),
      ],
    },
  ],
  probes: [
    {
      send: `GET ${LOCATE}/?account={nobody}`,
      allow: 'GET, HEAD',
      error,
      limited: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
    },
    {
      send: `POST ${SEND}/`,
      body: { account: '{nobody}' },
      allow: 'POST',
      error,
      invalid: INVALID,
      limited: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
    },
    {
      send: `POST ${VERIFY}/`,
      body: { account: '{nobody}', code: '904854' },
      allow: 'POST',
      error,
      invalid: INVALID,
      limited: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
    },
    {
      send: `GET ${UPDATE}/${TOKEN}/`,
      allow: 'GET, HEAD, POST',
      error,
      limited: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
    },
    {
      send: `POST ${UPDATE}/${TOKEN}/`,
      body: both,
      allow: 'GET, HEAD, POST',
      error,
      invalid: BAD_TOKEN,
      limited: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
    },
  ],
}
