import { type ExpectedResponse, INVALID_EMAILS, type Operation, resetCookieFor, type Scenario } from './scenario'

const REQUEST = '/api/auth/forgot-password'
const RESET = '/api/auth/reset-password'

const error = (message: string) => ({ detail: message })
const SENT: ExpectedResponse = [200, error('If this email exists, a reset link has been sent.')]
const NO_EMAIL: ExpectedResponse = [400, { email: ['This field is required.'] }]
const BAD_EMAIL: ExpectedResponse = [400, { email: ['Enter a valid email address.'] }]
const DONE: ExpectedResponse = [200, error('Password has been reset successfully.')]
const BAD_TOKEN: ExpectedResponse = [400, error('Invalid or expired token.')]
const MISMATCH: ExpectedResponse = [400, { non_field_errors: ["Passwords don't match"] }]

const missing = (...fields: string[]): ExpectedResponse => [
  400,
  Object.fromEntries(fields.map((field) => [field, ['This field is required.']])),
]

const JWT = '{header}.{payload}.{signature}'
const validReset = { token: JWT, new_password: '{newPassword}', confirm_password: '{newPassword}' }

export const scenarios: Scenario[] = [
  {
    title: 'from a registered address to a new password',
    steps: [
      { request: `POST ${REQUEST}/`, body: { email: '{email}' }, response: SENT },
      { emailWithLink: `{app}/reset-password?token=${JWT}` },
      { request: `POST ${REQUEST}`, body: { email: '{email}' }, response: SENT },
      { noEmail: true },
      {
        request: `GET /reset-password?token=${JWT}`,
        response: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookieFor(JWT) }],
      },
      {
        request: `HEAD /reset-password/?token=${JWT}`,
        response: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookieFor(JWT) }],
      },
      { request: `POST ${RESET}/`, body: { ...validReset, confirm_password: 'other' }, response: MISMATCH },
      {
        request: `POST ${RESET}/`,
        body: { ...validReset, new_password: 'short', confirm_password: 'short' },
        response: [400, { new_password: ['This password is too short. Use at least 8 characters.'] }],
      },
      { request: `POST ${RESET}/`, body: validReset, response: DONE },
      { signIn: '{newPassword}' },
      { signIn: '{password}', refused: true },
      { request: `POST ${RESET}`, body: validReset, response: BAD_TOKEN },
    ],
  },
  {
    title: 'an unregistered address',
    steps: [{ request: `POST ${REQUEST}/`, body: { email: '{unknownEmail}' }, response: SENT }, { noEmail: true }],
  },
  {
    title: 'a missing or malformed address',
    steps: [
      { request: `POST ${REQUEST}/`, response: NO_EMAIL },
      { request: `POST ${REQUEST}/`, body: {}, response: NO_EMAIL },
      ...INVALID_EMAILS.map((email) => ({
        request: `POST ${REQUEST}`,
        body: { email },
        response: email.trim() === '' ? NO_EMAIL : BAD_EMAIL,
      })),
      { noEmail: true },
    ],
  },
  {
    title: 'each missing field is named',
    steps: [
      { request: `POST ${RESET}/`, response: missing('token', 'new_password', 'confirm_password') },
      { request: `POST ${RESET}`, body: {}, response: missing('token', 'new_password', 'confirm_password') },
      {
        request: `POST ${RESET}/`,
        body: { token: 'jwt.token.here' },
        response: missing('new_password', 'confirm_password'),
      },
      { request: `POST ${RESET}/`, body: { ...validReset, token: null }, response: missing('token') },
      { request: `POST ${RESET}/`, body: { ...validReset, new_password: '' }, response: missing('new_password') },
      {
        request: `POST ${RESET}/`,
        body: { ...validReset, confirm_password: ['x'] },
        response: missing('confirm_password'),
      },
    ],
  },
  {
    title: 'a forged or altered token is refused',
    steps: [
      { request: `POST ${REQUEST}/`, body: { email: '{email}' }, response: SENT },
      { emailWithLink: `{app}/reset-password?token=${JWT}` },
      ...[
        'jwt.token.here',
        'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4',
        '{header}.{payload}',
        '{header}.{payload}.',
        '{header}.{payload}.{signature}A',
        '{header}.{payload}.{signature}.{signature}.{signature}',
        '{header}.e30.{signature}',
        'eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.', // "alg": "none"
        'eyJhbGciOiJOb05lIiwidHlwIjoiSldUIn0.{payload}.{signature}', // "alg": "NoNe"
        'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.{signature}', // "alg": "RS256"
        'eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.{payload}.{signature}', // "alg": "HS512"
        'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.{payload}.{signature}', // "typ": "at+jwt"
        'eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.{payload}.{signature}', // "kid": "../../dev/null"
      ].map((token) => ({ request: `POST ${RESET}/`, body: { ...validReset, token }, response: BAD_TOKEN })),
      { signIn: '{password}' },
      { advanceSeconds: 3601 },
      { request: `POST ${RESET}/`, body: validReset, response: BAD_TOKEN },
    ],
  },
  {
    title: 'the page takes any value as a token without reflecting it',
    steps: [
      {
        request: 'GET /reset-password?token=%0d%0aset-cookie:x=y',
        response: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookieFor('malformed') }],
      },
      {
        request: 'GET /reset-password/?token=&next=https://evil.example',
        headers: { accept: 'text/html', host: 'evil.example', 'x-forwarded-host': 'evil.example' },
        response: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookieFor('malformed') }],
      },
    ],
  },
]

export const operations: Operation[] = [
  { request: `POST ${REQUEST}/`, body: { email: '{unknownEmail}' }, allow: 'POST', error, invalidBody: NO_EMAIL },
  {
    request: `POST ${RESET}/`,
    body: { ...validReset, token: 'jwt.token.here' },
    allow: 'POST',
    error,
    invalidBody: missing('token', 'new_password', 'confirm_password'),
  },
]
