import { deadLinkCookies, NO_ADDRESSES, type Replay, resetCookie } from './scenario'

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

const followed = { location: '{app}/reset-password', 'set-cookie': resetCookie('{token}') }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

export const replay: Replay = {
  stories: [
    {
      title: 'somebody signed in is mailed at their own address, and follows the link',
      steps: [
        { signIn: '{password}' },
        { send: `PUT ${PATH}`, headers: bearer('{session}'), get: [200, SENT] },
        { mail: LINK },
        { send: `GET ${PATH}?token={token}`, get: [307, null, followed] },
        { send: `GET ${PATH}/?token={token}`, headers: browser, get: [307, null, followed] },
        { send: `HEAD ${PATH}?token={token}`, get: [307, null, followed] },
        { send: `PUT ${PATH}/`, headers: bearer('{session}'), body: {}, get: [200, SENT] },
        { noMail: true },
        { later: 60 },
        { send: `PUT ${PATH}`, headers: bearer('{session}'), body: { email: '{nobody}' }, get: [200, SENT] },
        { noMail: true },
      ],
    },
    {
      title: 'anybody is answered alike for a registered address and for another',
      steps: [
        { send: `PUT ${PATH}`, body: { email: '{email}' }, get: [200, SENT] },
        { mail: LINK },
        { send: `PUT ${PATH}/`, body: { email: '{nobody}', account: 'x' }, get: [200, SENT] },
        { send: `PUT ${PATH}`, headers: bearer('nonsense'), body: { email: ' {email} ' }, get: [200, SENT] },
        { noMail: true },
      ],
    },
    {
      title: 'without an address somebody must be signed in',
      steps: [
        { signIn: '{password}' },
        { send: `PUT ${PATH}`, get: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }] },
        ...['nonsense', 'x'.repeat(43), '{session}x', '{serviceKey}'].map((token) => ({
          send: `PUT ${PATH}`,
          headers: bearer(token),
          body: {},
          get: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }] as [number, object, Record<string, string>],
        })),
        {
          send: `PUT ${PATH}`,
          headers: { cookie: 'latchkey-session={session}' },
          get: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }],
        },
        { noMail: true },
      ],
    },
    {
      title: 'whatever a request says of hosts, links lead to the configured one',
      steps: [
        {
          send: `PUT ${PATH}`,
          headers: {
            host: 'evil.example',
            'x-forwarded-host': 'evil.example',
            'x-forwarded-proto': 'gopher',
            forwarded: 'host=evil.example;proto=https',
            'x-original-url': '//evil.example',
          },
          body: { email: '{email}' },
          get: [200, SENT],
        },
        { mail: LINK },
        { send: `GET ${PATH}?token={token}`, headers: { host: 'evil.example' }, get: [307, null, followed] },
        { send: `GET ${PATH}?token={token}`, headers: { host: 'a b, [' }, get: [307, null, followed] },
        { send: `GET http://evil.example${PATH}?token={token}`, get: [307, null, followed] },
        { send: `GET ${PATH}?token={token}&next=//evil.example`, get: [307, null, followed] },
      ],
    },
    {
      title: 'what is no address is refused',
      steps: [
        ...NO_ADDRESSES.map((email) => ({
          send: `PUT ${PATH}`,
          body: { email },
          get: [400, MALFORMED] as [number, object],
        })),
        { noMail: true },
      ],
    },
    {
      title: 'a link that is unknown or malformed leads nowhere',
      steps: [
        { send: `GET ${PATH}`, get: [400, DEAD] },
        { send: `GET ${PATH}?token=`, get: [400, DEAD] },
        { send: `GET ${PATH}?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4`, get: [400, DEAD] },
        { send: `GET ${PATH}?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m5`, get: [400, DEAD] },
        { send: `GET ${PATH}?token=mnks%00%E0%A4%A`, get: [400, DEAD] },
        {
          send: `GET ${PATH}?token=nonsense`,
          headers: browser,
          get: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-unknown') }],
        },
      ],
    },
    {
      title: 'a link dies when it is old, when a newer mail went out, and when it is spent',
      steps: [
        { send: `PUT ${PATH}`, body: { email: '{email}' }, get: [200, SENT] },
        { mail: `{app}${PATH}?token={first}` },
        { later: 60 },
        { send: `PUT ${PATH}`, body: { email: '{email}' }, get: [200, SENT] },
        { mail: LINK },
        { send: `GET ${PATH}?token={first}`, get: [400, DEAD] },
        {
          send: `GET ${PATH}?token={first}`,
          headers: browser,
          get: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-superseded') }],
        },
        { send: `GET ${PATH}?token={token}&token={token}`, get: [400, DEAD] },
        { send: `GET ${PATH}?token={token}x`, get: [400, DEAD] },
        { send: `GET ${PATH}?token={token}`, get: [307, null, followed] },
        { later: 3601 },
        { send: `GET ${PATH}?token={token}`, get: [400, DEAD] },
        {
          send: `GET ${PATH}?token={token}`,
          headers: browser,
          get: [307, null, { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies('link-expired') }],
        },
        { signIn: '{password}' },
      ],
    },
  ],
  probes: [
    {
      send: `PUT ${PATH}`,
      body: { email: '{nobody}' },
      allow: 'GET, HEAD, PUT',
      error,
      invalid: [400, MALFORMED],
      empty: [401, NOT_SIGNED_IN, { 'www-authenticate': 'Bearer' }],
    },
    { send: `GET ${PATH}?token=x`, allow: 'GET, HEAD, PUT', error },
  ],
}
