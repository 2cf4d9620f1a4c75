import { type Answered, deadLinkCookies, NO_ADDRESSES, type Replay, resetCookie } from './scenario'

const error = (message: string) => ({ error: message })
const SENT: Answered = [200, { message: 'Password reset link sent to email' }]
const UNKNOWN: Answered = [404, error('User with this email does not exist')]
const NO_EMAIL: Answered = [400, error('Email is required')]
const NO_FIELDS: Answered = [400, error('Both password fields are required')]
const MISMATCH: Answered = [400, error('Passwords do not match')]
const BAD_LINK: Answered = [400, error('Invalid reset link')]
const BAD_TOKEN: Answered = [400, error('Invalid or expired token')]
const RESET: Answered = [200, { message: 'Password successfully reset' }]

const SOMEBODY_ELSE = 'ZGVhZGJlZWYtZGVhZC1iZWVmLWRlYWQtYmVlZmRlYWRiZWVm' // no account has this id
const TOKEN = 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4'

const both = { new_password: '{newPassword}', confirm_password: '{newPassword}' }
const browser = { accept: 'text/html' }
const dead = (notice: string): Answered => [
  307,
  null,
  { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies(notice) },
]
const FOLLOWED: Answered = [307, null, { location: '{app}/reset-password', 'set-cookie': resetCookie('{token}') }]

export const replay: Replay = {
  stories: [
    {
      title: 'from a registered address to a new password',
      steps: [
        { send: 'POST /forgot-password/', body: { email: '{email}' }, get: SENT },
        { mail: '{app}/reset-password/{uid}/{token}/' },
        { send: 'POST /forgot-password', body: { email: '{email}' }, get: SENT },
        { noMail: true },
        { send: 'GET /reset-password/{uid}/{token}/', get: FOLLOWED },
        { send: 'HEAD /reset-password/{uid}/{token}', headers: browser, get: FOLLOWED },
        { send: 'POST /reset-password/{uid}/{token}/', get: NO_FIELDS },
        { send: 'POST /reset-password/{uid}/{token}/', body: { new_password: '{newPassword}' }, get: NO_FIELDS },
        { send: 'POST /reset-password/{uid}/{token}/', body: { ...both, new_password: '' }, get: NO_FIELDS },
        { send: 'POST /reset-password/{uid}/{token}/', body: { ...both, confirm_password: 'other' }, get: MISMATCH },
        {
          send: 'POST /reset-password/{uid}/{token}/',
          body: { new_password: 'short', confirm_password: 'short' },
          get: [400, error('Too short: use at least 8 characters.')],
        },
        {
          send: 'POST /reset-password/{uid}/{token}/',
          body: { new_password: 'password1234', confirm_password: 'password1234' },
          get: [400, error('Too many people use this password, so it is guessed first. Choose another.')],
        },
        { send: 'POST /reset-password/{uid}/{token}/', body: both, get: RESET },
        { signIn: '{newPassword}' },
        { signIn: '{password}', fails: true },
        { send: 'POST /reset-password/{uid}/{token}', body: both, get: BAD_TOKEN },
        { send: 'GET /reset-password/{uid}/{token}/', get: BAD_TOKEN },
        { send: 'GET /reset-password/{uid}/{token}/', headers: browser, get: dead('link-used') },
      ],
    },
    {
      title: 'an address that is not registered',
      steps: [
        { send: 'POST /forgot-password/', body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { send: 'POST /forgot-password', body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { noMail: true },
      ],
    },
    {
      title: 'an address that is missing or malformed',
      steps: [
        { send: 'POST /forgot-password/', get: NO_EMAIL },
        { send: 'POST /forgot-password/', body: {}, get: NO_EMAIL },
        ...NO_ADDRESSES.map((email) => ({ send: 'POST /forgot-password', body: { email }, get: NO_EMAIL })),
        { noMail: true },
      ],
    },
    {
      title: 'fields are looked at before the link, and the uid before the token',
      steps: [
        { send: 'POST /reset-password/nonsense/nonsense/', body: {}, get: NO_FIELDS },
        { send: 'POST /reset-password/nonsense/nonsense/', body: { ...both, confirm_password: 'x' }, get: MISMATCH },
        { send: 'POST /reset-password/nonsense/nonsense/', body: both, get: BAD_LINK },
        { send: 'POST /reset-password/%E0%A4%A/%00/', body: both, get: BAD_LINK },
        { send: `POST /reset-password/${SOMEBODY_ELSE}/${TOKEN}/`, body: both, reveal: BAD_LINK, conceal: BAD_TOKEN },
        { send: `GET /reset-password/${SOMEBODY_ELSE}/${TOKEN}/`, reveal: BAD_LINK, conceal: BAD_TOKEN },
        { send: `GET /reset-password/${SOMEBODY_ELSE}/${TOKEN}/`, headers: browser, get: dead('link-unknown') },
        { send: 'GET /reset-password/nonsense/nonsense/', get: BAD_LINK },
        { send: 'GET /reset-password/nonsense/nonsense/', headers: browser, get: dead('link-unknown') },
      ],
    },
    {
      title: 'a link is good for its own account alone, while it is the newest, and for an hour',
      steps: [
        { send: 'POST /forgot-password/', body: { email: '{email}' }, get: SENT },
        { mail: '{app}/reset-password/{uid}/{first}/' },
        { send: `POST /reset-password/${SOMEBODY_ELSE}/{first}/`, body: both, reveal: BAD_LINK, conceal: BAD_TOKEN },
        { send: 'POST /reset-password/{uid}=/{first}/', body: both, get: BAD_LINK },
        { send: `POST /reset-password/{uid}/${TOKEN}/`, body: both, get: BAD_TOKEN },
        { later: 60 },
        { send: 'POST /forgot-password/', body: { email: '{email}' }, get: SENT },
        { mail: '{app}/reset-password/{uid}/{token}/' },
        { send: 'POST /reset-password/{uid}/{first}/', body: both, get: BAD_TOKEN },
        { later: 3601 },
        { send: 'POST /reset-password/{uid}/{token}/', body: both, get: BAD_TOKEN },
        { signIn: '{password}' },
      ],
    },
  ],
  probes: [
    { send: 'POST /forgot-password/', body: { email: '{nobody}' }, allow: 'GET, HEAD, POST', error, invalid: NO_EMAIL },
    { send: `GET /reset-password/${SOMEBODY_ELSE}/${TOKEN}/`, allow: 'GET, HEAD, POST', error },
    {
      send: `POST /reset-password/${SOMEBODY_ELSE}/${TOKEN}/`,
      body: both,
      allow: 'GET, HEAD, POST',
      error,
      invalid: NO_FIELDS,
    },
  ],
}
