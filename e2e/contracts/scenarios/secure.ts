import type { ExpectedResponse, Operation, Scenario } from './scenario'

const LOCATE = '/secure/reset-password/locate'
const SEND = '/secure/reset-password/send'
const VERIFY = '/secure/reset-password/verify'
const UPDATE = '/secure/reset-password/update'

const error = (message: string) => ({ error: message })
const information = (message: string): ExpectedResponse => [400, { information: message }]
const UNKNOWN: ExpectedResponse = [
  404,
  error(
    "We couldn't find an account matching the provided information. Please double-check your username or email address and try again.",
  ),
]
const INVALID: ExpectedResponse = [
  400,
  error('Not Valid Request Make sure that you provided the username or email correctly !'),
]
const SENT: ExpectedResponse = [
  200,
  {
    success: 'A verification code has been sent to your email. Please check your inbox and enter the code to proceed.',
  },
]
const NOT_NUMERIC: ExpectedResponse = [404, error('Invalid Verification code, Please enter a numeric code.')]
const WRONG: ExpectedResponse = [404, error('Invalid Verification code, Please try again .')]
const GRANTED: ExpectedResponse = [
  200,
  { success: 'Access granted. You can now change your password.', token: '{grant~[A-Za-z0-9]{60}}' },
]
const BAD_TOKEN: ExpectedResponse = [400, error('The provided token is not recognized or is malformed.')]
const EXPIRED: ExpectedResponse = [404, error('The token has reached its expiration time and is no longer valid.')]
const MAY_CHANGE: ExpectedResponse = [200, { success: 'you can now change your password' }]
const CHANGED: ExpectedResponse = [
  200,
  { success: 'Password changed successfully, You can now log in with your new password' },
]

/** Up to half a minute of the wait may have passed on a slow machine. */
const blocked = (time: string): ExpectedResponse => [
  429,
  { error: 'Retry limit reached. Please wait ', time: `{~${time}}` },
]
const FIRST_BLOCK = blocked('0:01:00|0:00:[345][0-9]')
const SECOND_BLOCK = blocked('0:02:00|0:01:[345][0-9]')

const PICTURE = '{app}/avatar.svg'
const WRONG_CODES = ['000001', '000002', '000003']
const TOKEN = 'ElXFoc1kkOzFwtXnQ4dJ4Ds3npERKvJ7sMGxikcuGlP5kiwBsiq37e91woJL'
const EMAILED_LINK = '{app}/api/accounts/forgot_password?token={token}'

const correctCode = { account: '{email}', code: '{code}' }
const newPasswords = { password: '{newPassword}', repassword: '{newPassword}' }
const wrongCodes = (account: string) =>
  WRONG_CODES.map((code) => ({ request: `POST ${VERIFY}/`, body: { account, code }, response: WRONG }))

export const scenarios: Scenario[] = [
  {
    title: 'locate a registered account',
    steps: [
      {
        request: `GET ${LOCATE}/?account={email}`,
        reveal: [200, { success: { email: '{email}', full_name: '{fullName}', picture: PICTURE } }],
        conceal: [200, { success: { email: '{maskedEmail}', full_name: '', picture: PICTURE } }],
      },
      {
        request: `GET ${LOCATE}?account={username}`,
        reveal: [200, { success: { email: '{email}', full_name: '{fullName}', picture: PICTURE } }],
        conceal: [200, { success: { email: '{decoy~[a-z]•••@[a-z]•••[.][a-z.]+}', full_name: '', picture: PICTURE } }],
      },
      {
        request: `GET ${LOCATE}?account=%20{username}`,
        reveal: [200, { success: { email: '{email}', full_name: '{fullName}', picture: PICTURE } }],
        conceal: [200, { success: { email: '{decoy}', full_name: '', picture: PICTURE } }],
      },
      { request: `HEAD ${LOCATE}/?account={email}`, response: [200] },
    ],
  },
  {
    title: 'locate an unregistered account',
    steps: [
      {
        request: `GET ${LOCATE}/?account=nobody-at-all@example.com`,
        reveal: UNKNOWN,
        conceal: [200, { success: { email: 'n•••@e•••.com', full_name: '', picture: PICTURE } }],
      },
      {
        request: `GET ${LOCATE}/?account={unknownUsername}`,
        reveal: UNKNOWN,
        conceal: [200, { success: { email: '{decoy~[a-z]•••@[a-z]•••[.][a-z.]+}', full_name: '', picture: PICTURE } }],
      },
      {
        request: `GET ${LOCATE}/?account={unknownUsername}`,
        reveal: UNKNOWN,
        conceal: [200, { success: { email: '{decoy}', full_name: '', picture: PICTURE } }],
      },
    ],
  },
  {
    title: 'locate with a missing or malformed account',
    steps: [
      { request: `GET ${LOCATE}/`, response: INVALID },
      { request: `GET ${LOCATE}/?account=`, response: INVALID },
      { request: `GET ${LOCATE}/?account=a@b`, response: INVALID },
      { request: `GET ${LOCATE}/?account=two%20words`, response: INVALID },
      { request: `GET ${LOCATE}/?account={email}&account={email}`, response: INVALID },
      { request: `GET ${LOCATE}/?account=%00`, response: INVALID },
      { request: `GET ${LOCATE}/?account=%E0%A4%A`, response: INVALID },
    ],
  },
  {
    title: 'from a code to a new password',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      { request: `POST ${VERIFY}/`, body: { ...correctCode, code: '90485a' }, response: NOT_NUMERIC },
      { request: `POST ${VERIFY}/`, body: { account: '{username}', code: '٠٠۰۰０１' }, response: WRONG },
      { request: `POST ${VERIFY}/`, body: correctCode, response: GRANTED },
      { request: `POST ${VERIFY}`, body: correctCode, response: WRONG },
      { request: `GET ${UPDATE}/{grant}/`, response: MAY_CHANGE },
      { request: `HEAD ${UPDATE}/{grant}`, response: [200] },
      {
        request: `POST ${UPDATE}/{grant}/`,
        response: information('Password is required: The password field is left blank.'),
      },
      {
        request: `POST ${UPDATE}/{grant}/`,
        body: { password: ['{newPassword}'], repassword: '{newPassword}' },
        response: information('Password is required: The password field is left blank.'),
      },
      {
        request: `POST ${UPDATE}/{grant}/`,
        body: { password: '111111', repassword: '111111' },
        response: information('Password too short: The password does not meet the minimum length requirement.'),
      },
      {
        request: `POST ${UPDATE}/{grant}/`,
        body: { password: '{newPassword}' },
        response: information('Re-Password is required: The re password field is left blank.'),
      },
      {
        request: `POST ${UPDATE}/{grant}/`,
        body: { ...newPasswords, repassword: '{newPassword}!' },
        response: information(
          'Password confirmation does not match: The confirmation password does not match the original password.',
        ),
      },
      {
        request: `POST ${UPDATE}/{grant}/`,
        body: { password: '11111111', repassword: '11111111' },
        response: information('This password repeats or follows a pattern. Choose another one.'),
      },
      { request: `POST ${UPDATE}/{grant}`, body: newPasswords, response: CHANGED },
      { signIn: '{newPassword}' },
      { signIn: '{password}', refused: true },
      { request: `GET ${UPDATE}/{grant}/`, response: BAD_TOKEN },
      { request: `POST ${UPDATE}/{grant}/`, body: newPasswords, response: BAD_TOKEN },
    ],
  },
  {
    title: 'a second code within a minute is refused',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: FIRST_BLOCK },
      { request: `POST ${SEND}`, body: { account: '{email}' }, response: FIRST_BLOCK },
      // With `reveal`, both names share the cooldown. With `conceal`, that would show that they belong to one account.
      { request: `POST ${SEND}`, body: { account: '{username}' }, reveal: FIRST_BLOCK, conceal: SENT },
      { advanceSeconds: 60 },
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
    ],
  },
  {
    title: 'a code for an unregistered account',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { request: `POST ${SEND}/`, body: { account: '{unknownEmail}' }, reveal: UNKNOWN, conceal: FIRST_BLOCK },
      { noEmail: true },
      ...WRONG_CODES.map((code) => ({
        request: `POST ${VERIFY}/`,
        body: { account: '{unknownEmail}', code },
        reveal: UNKNOWN,
        conceal: WRONG,
      })),
      {
        request: `POST ${VERIFY}/`,
        body: { account: '{unknownEmail}', code: '123456' },
        reveal: UNKNOWN,
        conceal: FIRST_BLOCK,
      },
    ],
  },
  {
    title: 'a malformed account and a malformed code are refused',
    steps: [
      { request: `POST ${SEND}/`, response: INVALID },
      { request: `POST ${SEND}/`, body: { account: 'john@example.com,jane@example.com' }, response: INVALID },
      { request: `POST ${VERIFY}/`, response: INVALID },
      { request: `POST ${VERIFY}/`, body: { account: '{email}' }, response: INVALID },
      { request: `POST ${VERIFY}/`, body: { account: '{email}', code: 904854 }, response: INVALID },
      { request: `POST ${VERIFY}/`, body: { account: '', code: '904854' }, response: INVALID },
      ...['', ' ', '90 48 54', '-90485', '9.0485', '१२३४५६', '12345६', '0x1234'].map((code) => ({
        request: `POST ${VERIFY}/`,
        body: { account: '{email}', code },
        response: NOT_NUMERIC,
      })),
      { noEmail: true },
    ],
  },
  {
    title: 'three wrong codes block the right one, each time twice as long, but never the link',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      ...wrongCodes('{email}'),
      { request: `POST ${VERIFY}/`, body: correctCode, response: FIRST_BLOCK },
      { request: `POST ${VERIFY}`, body: { account: '{email}', code: WRONG_CODES[0] }, response: FIRST_BLOCK },
      // With `reveal`, the username is blocked too. With `conceal`, that would show that it belongs to the same account.
      {
        request: `POST ${VERIFY}/`,
        body: { ...correctCode, account: '{username}' },
        reveal: FIRST_BLOCK,
        conceal: WRONG,
      },
      { advanceSeconds: 60 },
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      ...wrongCodes('{email}'),
      { request: `POST ${VERIFY}/`, body: correctCode, response: SECOND_BLOCK },
      {
        request: 'GET /api/accounts/forgot_password?token={token}',
        response: [
          307,
          null,
          {
            location: '{app}/reset-password',
            'set-cookie': 'latchkey-reset={token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax',
          },
        ],
      },
      { advanceSeconds: 120 },
      { request: `POST ${VERIFY}/`, body: correctCode, response: GRANTED },
    ],
  },
  {
    title: 'a code works for ten minutes',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{email}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      { advanceSeconds: 601 },
      { request: `POST ${VERIFY}/`, body: correctCode, response: WRONG },
    ],
  },
  {
    title: 'a token works for five minutes',
    steps: [
      { request: `POST ${SEND}/`, body: { account: '{username}' }, response: SENT },
      { emailWithLink: EMAILED_LINK },
      { request: `POST ${VERIFY}/`, body: { account: '{username}', code: '{code}' }, response: GRANTED },
      { advanceSeconds: 301 },
      { request: `GET ${UPDATE}/{grant}/`, response: EXPIRED },
      { request: `POST ${UPDATE}/{grant}/`, body: {}, response: EXPIRED },
      { request: `POST ${UPDATE}/{grant}/`, body: newPasswords, response: EXPIRED },
    ],
  },
  {
    title: 'an unknown or malformed token is refused',
    steps: [
      ...[TOKEN, 'x', `${TOKEN}x`, '%E0%A4%A', '%00', 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4'].flatMap(
        (token) => [
          { request: `GET ${UPDATE}/${token}/`, response: BAD_TOKEN },
          { request: `POST ${UPDATE}/${token}/`, body: newPasswords, response: BAD_TOKEN },
          { request: `POST ${UPDATE}/${token}/`, body: {}, response: BAD_TOKEN },
        ],
      ),
    ],
  },
]

export const operations: Operation[] = [
  {
    request: `GET ${LOCATE}/?account={unknownEmail}`,
    allow: 'GET, HEAD',
    error,
    limitBody: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
  },
  {
    request: `POST ${SEND}/`,
    body: { account: '{unknownEmail}' },
    allow: 'POST',
    error,
    invalidBody: INVALID,
    limitBody: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
  },
  {
    request: `POST ${VERIFY}/`,
    body: { account: '{unknownEmail}', code: '904854' },
    allow: 'POST',
    error,
    invalidBody: INVALID,
    limitBody: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
  },
  {
    request: `GET ${UPDATE}/${TOKEN}/`,
    allow: 'GET, HEAD, POST',
    error,
    limitBody: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
  },
  {
    request: `POST ${UPDATE}/${TOKEN}/`,
    body: newPasswords,
    allow: 'GET, HEAD, POST',
    error,
    invalidBody: BAD_TOKEN,
    limitBody: { error: 'Retry limit reached. Please wait ', time: '{~0:1[0-9]:[0-9][0-9]}' },
  },
]
