import { type Answered, NO_ADDRESSES, type Replay, resetCookie } from './scenario'

const ASK = '/api/auth/forgot-password'
const RESET = '/api/auth/reset-password'

const error = (message: string) => ({ detail: message })
const SENT: Answered = [200, error('If this email exists, a reset link has been sent.')]
const NO_EMAIL: Answered = [400, { email: ['This field is required.'] }]
const BAD_EMAIL: Answered = [400, { email: ['Enter a valid email address.'] }]
const DONE: Answered = [200, error('Password has been reset successfully.')]
const BAD_TOKEN: Answered = [400, error('Invalid or expired token.')]
const MISMATCH: Answered = [400, { non_field_errors: ["Passwords don't match"] }]

const missing = (...fields: string[]): Answered => [
  400,
  Object.fromEntries(fields.map((field) => [field, ['This field is required.']])),
]

const JWT = '{header}.{payload}.{signature}'
const whole = { token: JWT, new_password: '{newPassword}', confirm_password: '{newPassword}' }

export const replay: Replay = {
  stories: [
    {
      title: 'from a registered address to a new password',
      steps: [
        { send: `POST ${ASK}/`, body: { email: '{email}' }, get: SENT },
        { mail: `{app}/reset-password?token=${JWT}` },
        { send: `POST ${ASK}`, body: { email: '{email}' }, get: SENT },
        { noMail: true },
        {
          send: `GET /reset-password?token=${JWT}`,
          get: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookie(JWT) }],
        },
        {
          send: `HEAD /reset-password/?token=${JWT}`,
          get: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookie(JWT) }],
        },
        { send: `POST ${RESET}/`, body: { ...whole, confirm_password: 'other' }, get: MISMATCH },
        {
          send: `POST ${RESET}/`,
          body: { ...whole, new_password: 'short', confirm_password: 'short' },
          get: [400, { new_password: ['Too short: use at least 8 characters.'] }],
        },
        { send: `POST ${RESET}/`, body: whole, get: DONE },
        { signIn: '{newPassword}' },
        { signIn: '{password}', fails: true },
        { send: `POST ${RESET}`, body: whole, get: BAD_TOKEN },
      ],
    },
    {
      title: 'an address that is not registered',
      steps: [{ send: `POST ${ASK}/`, body: { email: '{nobody}' }, get: SENT }, { noMail: true }],
    },
    {
      title: 'an address that is missing or malformed',
      steps: [
        { send: `POST ${ASK}/`, get: NO_EMAIL },
        { send: `POST ${ASK}/`, body: {}, get: NO_EMAIL },
        ...NO_ADDRESSES.map((email) => ({
          send: `POST ${ASK}`,
          body: { email },
          get: email.trim() === '' ? NO_EMAIL : BAD_EMAIL,
        })),
        { noMail: true },
      ],
    },
    {
      title: 'a field that is missing is named, each of them',
      steps: [
        { send: `POST ${RESET}/`, get: missing('token', 'new_password', 'confirm_password') },
        { send: `POST ${RESET}`, body: {}, get: missing('token', 'new_password', 'confirm_password') },
        { send: `POST ${RESET}/`, body: { token: 'jwt.token.here' }, get: missing('new_password', 'confirm_password') },
        { send: `POST ${RESET}/`, body: { ...whole, token: null }, get: missing('token') },
        { send: `POST ${RESET}/`, body: { ...whole, new_password: '' }, get: missing('new_password') },
        { send: `POST ${RESET}/`, body: { ...whole, confirm_password: ['x'] }, get: missing('confirm_password') },
      ],
    },
    {
      title: 'a token that was tampered with, or was never one',
      steps: [
        { send: `POST ${ASK}/`, body: { email: '{email}' }, get: SENT },
        { mail: `{app}/reset-password?token=${JWT}` },
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
        ].map((token) => ({ send: `POST ${RESET}/`, body: { ...whole, token }, get: BAD_TOKEN })),
        { signIn: '{password}' },
        { later: 3601 },
        { send: `POST ${RESET}/`, body: whole, get: BAD_TOKEN },
      ],
    },
    {
      title: 'the page with anything for a token',
      steps: [
        {
          send: 'GET /reset-password?token=%0d%0aset-cookie:x=y',
          get: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookie('malformed') }],
        },
        {
          send: 'GET /reset-password/?token=&next=https://evil.example',
          headers: { accept: 'text/html', host: 'evil.example', 'x-forwarded-host': 'evil.example' },
          get: [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookie('malformed') }],
        },
      ],
    },
  ],
  probes: [
    { send: `POST ${ASK}/`, body: { email: '{nobody}' }, allow: 'POST', error, invalid: NO_EMAIL },
    {
      send: `POST ${RESET}/`,
      body: { ...whole, token: 'jwt.token.here' },
      allow: 'POST',
      error,
      invalid: missing('token', 'new_password', 'confirm_password'),
    },
  ],
}
