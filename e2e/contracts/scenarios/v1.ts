import { STATUS_CODES } from 'node:http'
import { type ExpectedResponse, INVALID_EMAILS, type Operation, type Scenario } from './scenario'

const PATH = '/api/v1/auth/password-reset-email'

const error = (message: string, status: number) => ({ message, error: STATUS_CODES[status], status_code: status })
const SENT: ExpectedResponse = [
  200,
  { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password' },
]
const UNKNOWN: ExpectedResponse = [
  404,
  { message: 'No account is registered with this email address.', error: 'Not Found', status_code: 404 },
]
const NO_ADDRESS: ExpectedResponse = [
  404,
  { message: 'This is not a valid email address.', error: 'Not Found', status_code: 404 },
]
const MISSING: ExpectedResponse = [
  400,
  { message: 'The email field is required.', error: 'Bad Request', status_code: 400 },
]
const trusted = { authorization: 'Bearer {serviceKey}' }

export const scenarios: Scenario[] = [
  {
    title: 'a registered address',
    steps: [
      { request: `POST ${PATH}`, body: { email: '{email}' }, response: SENT },
      { emailWithLink: '{app}/reset-password?token={token}' },
      { request: `POST ${PATH}/`, body: { email: '{email}' }, response: SENT },
      {
        request: `POST ${PATH}`,
        headers: { authorization: 'Bearer {serviceKey}x' },
        body: { email: '{email}' },
        response: SENT,
      },
      { noEmail: true },
      {
        request: 'GET /reset-password?token={token}',
        response: [
          307,
          null,
          {
            location: '{app}/reset-password',
            'set-cookie': 'latchkey-reset={token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax',
          },
        ],
      },
    ],
  },
  {
    title: 'an unregistered address',
    steps: [
      { request: `POST ${PATH}`, body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { request: `POST ${PATH}/`, body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { noEmail: true },
    ],
  },
  {
    title: 'a malformed address answers 404, a missing one 400',
    steps: [
      ...INVALID_EMAILS.map((email) => ({ request: `POST ${PATH}`, body: { email }, response: NO_ADDRESS })),
      { request: `POST ${PATH}`, response: MISSING },
      { request: `POST ${PATH}`, body: {}, response: MISSING },
      { noEmail: true },
    ],
  },
  {
    title: 'a trusted back end gets the emailed link, and learns which addresses are unknown',
    steps: [
      {
        request: `POST ${PATH}`,
        headers: trusted,
        body: { email: '{email}' },
        response: [
          200,
          { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password?token={token}' },
        ],
      },
      { emailWithLink: '{app}/reset-password?token={token}' },
      {
        request: `POST ${PATH}`,
        headers: trusted,
        body: { email: '{email}' },
        response: [
          200,
          { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password?token={token}' },
        ],
      },
      { noEmail: true },
      { request: `POST ${PATH}`, headers: trusted, body: { email: '{unknownEmail}' }, response: UNKNOWN },
      { request: `POST ${PATH}`, headers: trusted, body: { email: 'nonsense' }, response: NO_ADDRESS },
    ],
  },
]

export const operations: Operation[] = [
  { request: `POST ${PATH}`, body: { email: '{unknownEmail}' }, allow: 'POST', error, invalidBody: MISSING },
]
