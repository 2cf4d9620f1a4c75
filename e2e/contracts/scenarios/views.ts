import {
  deadLinkCookies,
  type ExpectedResponse,
  INVALID_EMAILS,
  type Operation,
  resetCookieFor,
  type Scenario,
} from './scenario'

const error = (message: string) => ({ error: message })
const SENT: ExpectedResponse = [200, { message: 'Password reset link sent to email' }]
const UNKNOWN: ExpectedResponse = [404, error('User with this email does not exist')]
const NO_EMAIL: ExpectedResponse = [400, error('Email is required')]
const NO_FIELDS: ExpectedResponse = [400, error('Both password fields are required')]
const MISMATCH: ExpectedResponse = [400, error('Passwords do not match')]
const BAD_LINK: ExpectedResponse = [400, error('Invalid reset link')]
const BAD_TOKEN: ExpectedResponse = [400, error('Invalid or expired token')]
const RESET: ExpectedResponse = [200, { message: 'Password successfully reset' }]

const UNKNOWN_UID = 'ZGVhZGJlZWYtZGVhZC1iZWVmLWRlYWQtYmVlZmRlYWRiZWVm' // no account has this id
const TOKEN = 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4'

const newPasswords = { new_password: '{newPassword}', confirm_password: '{newPassword}' }
const browser = { accept: 'text/html' }
const dead = (notice: string): ExpectedResponse => [
  307,
  null,
  { location: '{app}/forgot-password', 'set-cookie': deadLinkCookies(notice) },
]
const FOLLOWED: ExpectedResponse = [
  307,
  null,
  { location: '{app}/reset-password', 'set-cookie': resetCookieFor('{token}') },
]

export const scenarios: Scenario[] = [
  {
    title: 'from a registered address to a new password',
    steps: [
      { request: 'POST /forgot-password/', body: { email: '{email}' }, response: SENT },
      { emailWithLink: '{app}/reset-password/{uid}/{token}/' },
      { request: 'POST /forgot-password', body: { email: '{email}' }, response: SENT },
      { noEmail: true },
      { request: 'GET /reset-password/{uid}/{token}/', response: FOLLOWED },
      { request: 'HEAD /reset-password/{uid}/{token}', headers: browser, response: FOLLOWED },
      { request: 'POST /reset-password/{uid}/{token}/', response: NO_FIELDS },
      { request: 'POST /reset-password/{uid}/{token}/', body: { new_password: '{newPassword}' }, response: NO_FIELDS },
      {
        request: 'POST /reset-password/{uid}/{token}/',
        body: { ...newPasswords, new_password: '' },
        response: NO_FIELDS,
      },
      {
        request: 'POST /reset-password/{uid}/{token}/',
        body: { ...newPasswords, confirm_password: 'other' },
        response: MISMATCH,
      },
      {
        request: 'POST /reset-password/{uid}/{token}/',
        body: { new_password: 'short', confirm_password: 'short' },
        response: [400, error('This password is too short. Use at least 8 characters.')],
      },
      {
        request: 'POST /reset-password/{uid}/{token}/',
        body: { new_password: 'password1234', confirm_password: 'password1234' },
        response: [400, error('This password is too common. Choose another one.')],
      },
      { request: 'POST /reset-password/{uid}/{token}/', body: newPasswords, response: RESET },
      { signIn: '{newPassword}' },
      { signIn: '{password}', refused: true },
      { request: 'POST /reset-password/{uid}/{token}', body: newPasswords, response: BAD_TOKEN },
      { request: 'GET /reset-password/{uid}/{token}/', response: BAD_TOKEN },
      { request: 'GET /reset-password/{uid}/{token}/', headers: browser, response: dead('link-used') },
    ],
  },
  {
    title: 'an unregistered address',
    steps: [
      { request: 'POST /forgot-password/', body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { request: 'POST /forgot-password', body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { noEmail: true },
    ],
  },
  {
    title: 'a missing or malformed address',
    steps: [
      { request: 'POST /forgot-password/', response: NO_EMAIL },
      { request: 'POST /forgot-password/', body: {}, response: NO_EMAIL },
      ...INVALID_EMAILS.map((email) => ({ request: 'POST /forgot-password', body: { email }, response: NO_EMAIL })),
      { noEmail: true },
    ],
  },
  {
    title: 'fields are checked before the link, and the uid before the token',
    steps: [
      { request: 'POST /reset-password/nonsense/nonsense/', body: {}, response: NO_FIELDS },
      {
        request: 'POST /reset-password/nonsense/nonsense/',
        body: { ...newPasswords, confirm_password: 'x' },
        response: MISMATCH,
      },
      { request: 'POST /reset-password/nonsense/nonsense/', body: newPasswords, response: BAD_LINK },
      { request: 'POST /reset-password/%E0%A4%A/%00/', body: newPasswords, response: BAD_LINK },
      {
        request: `POST /reset-password/${UNKNOWN_UID}/${TOKEN}/`,
        body: newPasswords,
        reveal: BAD_LINK,
        conceal: BAD_TOKEN,
      },
      { request: `GET /reset-password/${UNKNOWN_UID}/${TOKEN}/`, reveal: BAD_LINK, conceal: BAD_TOKEN },
      { request: `GET /reset-password/${UNKNOWN_UID}/${TOKEN}/`, headers: browser, response: dead('link-unknown') },
      { request: 'GET /reset-password/nonsense/nonsense/', response: BAD_LINK },
      { request: 'GET /reset-password/nonsense/nonsense/', headers: browser, response: dead('link-unknown') },
    ],
  },
  {
    title: 'a link works for its own account only, while it is the newest, and for an hour',
    steps: [
      { request: 'POST /forgot-password/', body: { email: '{email}' }, response: SENT },
      { emailWithLink: '{app}/reset-password/{uid}/{first}/' },
      {
        request: `POST /reset-password/${UNKNOWN_UID}/{first}/`,
        body: newPasswords,
        reveal: BAD_LINK,
        conceal: BAD_TOKEN,
      },
      { request: 'POST /reset-password/{uid}=/{first}/', body: newPasswords, response: BAD_LINK },
      { request: `POST /reset-password/{uid}/${TOKEN}/`, body: newPasswords, response: BAD_TOKEN },
      { advanceSeconds: 60 },
      { request: 'POST /forgot-password/', body: { email: '{email}' }, response: SENT },
      { emailWithLink: '{app}/reset-password/{uid}/{token}/' },
      { request: 'POST /reset-password/{uid}/{first}/', body: newPasswords, response: BAD_TOKEN },
      { advanceSeconds: 3601 },
      { request: 'POST /reset-password/{uid}/{token}/', body: newPasswords, response: BAD_TOKEN },
      { signIn: '{password}' },
    ],
  },
]

export const operations: Operation[] = [
  {
    request: 'POST /forgot-password/',
    body: { email: '{unknownEmail}' },
    allow: 'GET, HEAD, POST',
    error,
    invalidBody: NO_EMAIL,
  },
  { request: `GET /reset-password/${UNKNOWN_UID}/${TOKEN}/`, allow: 'GET, HEAD, POST', error },
  {
    request: `POST /reset-password/${UNKNOWN_UID}/${TOKEN}/`,
    body: newPasswords,
    allow: 'GET, HEAD, POST',
    error,
    invalidBody: NO_FIELDS,
  },
]
