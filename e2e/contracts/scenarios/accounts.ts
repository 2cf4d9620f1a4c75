import { deadLinkCookies, INVALID_EMAILS, type Operation, resetCookieFor, type Scenario } from './scenario'

const PATH = '/api/accounts/forgot_password'
const LINK = `{app}${PATH}?token={token}`

const error = (message: string) => ({ success: false, message, data: [] })
const SENT = {
  success: true,
  message: 'An email with the password reset link has been sent to your registered email',
  data: [],
}
const MALFORMED = error('Enter a valid email address.')
const NOT_SIGNED_IN = error('Sign in, or send an email address.')
const DEAD = error('This password reset link is invalid or no longer works. Request a new one.')

const followed = { location: '{app}/reset-password', 'set-cookie': resetCookieFor('{token}') }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

export const scenarios: Scenario[] = [
  {
    title: 'a signed-in user gets an email at their own address and follows its link',
    steps: [
      { signIn: '{password}' },
      { request: `PUT ${PATH}`, headers: bearer('{session}'), response: [200, SENT] },
      { emailWithLink: LINK },
      { request: `GET ${PATH}?token={token}`, response: [307, null, followed] },
      { request: `GET ${PATH}/?token={token}`, headers: browser, response: [307, null, followed] },
      { request: `HEAD ${PATH}?token={token}`, response: [307, null, followed] },
      { request: `PUT ${PATH}/`, headers: bearer('{session}'), body: {}, response: [200, SENT] },
      { noEmail: true },
      { advanceSeconds: 60 },
      {
        request: `PUT ${PATH}`,
        headers: bearer('{session}'),
        body: { email: '{unknownEmail}' },
        response: [200, SENT],
      },
      { noEmail: true },
    ],
  },
  {
    title: 'a registered and an unregistered address get the same answer',
    steps: [
      { request: `PUT ${PATH}`, body: { email: '{email}' }, response: [200, SENT] },
      { emailWithLink: LINK },
      { request: `PUT ${PATH}/`, body: { email: '{unknownEmail}', account: 'x' }, response: [200, SENT] },
      { request: `PUT ${PATH}`, headers: bearer('nonsense'), body: { email: ' {email} ' }, response: [200, SENT] },
      { noEmail: true },
    ],
  },
  {
    title: 'a request without an address needs a session',
    steps: [
      { signIn: '{password}' },
      { request: `PUT ${PATH}`, response: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }] },
      ...['nonsense', 'x'.repeat(43), '{session}x', '{serviceKey}'].map((token) => ({
        request: `PUT ${PATH}`,
        headers: bearer(token),
        body: {},
        response: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }] as [number, object, Record<string, string>],
      })),
      {
        request: `PUT ${PATH}`,
        headers: { cookie: 'latchkey-session={session}' },
        response: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }],
      },
      { noEmail: true },
    ],
  },
  {
    title: 'links use the configured origin, whatever host a request names',
    steps: [
      {
        request: `PUT ${PATH}`,
        headers: {
          host: 'evil.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'gopher',
          forwarded: 'host=evil.example;proto=https',
          'x-original-url': '//evil.example',
        },
        body: { email: '{email}' },
        response: [200, SENT],
      },
      { emailWithLink: LINK },
      { request: `GET ${PATH}?token={token}`, headers: { host: 'evil.example' }, response: [307, null, followed] },
      { request: `GET ${PATH}?token={token}`, headers: { host: 'a b, [' }, response: [307, null, followed] },
      { request: `GET http://evil.example${PATH}?token={token}`, response: [307, null, followed] },
      { request: `GET ${PATH}?token={token}&next=//evil.example`, response: [307, null, followed] },
    ],
  },
  {
    title: 'a malformed address is refused',
    steps: [
      ...INVALID_EMAILS.map((email) => ({
        request: `PUT ${PATH}`,
        body: { email },
        response: [400, MALFORMED] as [number, object],
      })),
      { noEmail: true },
    ],
  },
  {
    title: 'an unknown or malformed link is refused',
    steps: [
      { request: `GET ${PATH}`, response: [400, DEAD] },
      { request: `GET ${PATH}?token=`, response: [400, DEAD] },
      { request: `GET ${PATH}?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4`, response: [400, DEAD] },
      { request: `GET ${PATH}?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m5`, response: [400, DEAD] },
      { request: `GET ${PATH}?token=mnks%00%E0%A4%A`, response: [400, DEAD] },
      {
        request: `GET ${PATH}?token=nonsense`,
        headers: browser,
        response: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-unknown') }],
      },
    ],
  },
  {
    title: 'a link stops working when it expires and when a newer email is sent',
    steps: [
      { request: `PUT ${PATH}`, body: { email: '{email}' }, response: [200, SENT] },
      { emailWithLink: `{app}${PATH}?token={first}` },
      { advanceSeconds: 60 },
      { request: `PUT ${PATH}`, body: { email: '{email}' }, response: [200, SENT] },
      { emailWithLink: LINK },
      { request: `GET ${PATH}?token={first}`, response: [400, DEAD] },
      {
        request: `GET ${PATH}?token={first}`,
        headers: browser,
        response: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-superseded') }],
      },
      { request: `GET ${PATH}?token={token}&token={token}`, response: [400, DEAD] },
      { request: `GET ${PATH}?token={token}x`, response: [400, DEAD] },
      { request: `GET ${PATH}?token={token}`, response: [307, null, followed] },
      { advanceSeconds: 3601 },
      { request: `GET ${PATH}?token={token}`, response: [400, DEAD] },
      {
        request: `GET ${PATH}?token={token}`,
        headers: browser,
        response: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-expired') }],
      },
      { signIn: '{password}' },
    ],
  },
]

export const operations: Operation[] = [
  {
    request: `PUT ${PATH}`,
    body: { email: '{unknownEmail}' },
    allow: 'GET, HEAD, PUT',
    error,
    invalidBody: [400, MALFORMED],
    emptyBody: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }],
  },
  { request: `GET ${PATH}?token=x`, allow: 'GET, HEAD, PUT', error },
]
