import { type ExpectedResponse, INVALID_EMAILS, type Operation, type Scenario } from './scenario'

const PATH = '/initiate_reset_forgotten_password'

const error = (message: string) => ({ error: message })
const SENT: ExpectedResponse = [200, { message: 'Password Reset Email Sent!' }]
const UNKNOWN: ExpectedResponse = [400, error('OurUser matching query does not exist.')]
const MALFORMED: ExpectedResponse = [400, error('Enter a valid email address.')]

export const scenarios: Scenario[] = [
  {
    title: 'a registered address',
    steps: [
      { request: `POST ${PATH}/`, body: { email: '{email}' }, response: SENT },
      { emailWithLink: '{app}/api/accounts/forgot_password?token={token}' },
      { request: `POST ${PATH}`, body: { email: '{email}' }, response: SENT },
      { noEmail: true },
    ],
  },
  {
    title: 'an unregistered address',
    steps: [
      { request: `POST ${PATH}/`, body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { request: `POST ${PATH}`, body: { email: '{unknownEmail}' }, reveal: UNKNOWN, conceal: SENT },
      { noEmail: true },
    ],
  },
  {
    title: 'a missing or malformed address',
    steps: [
      { request: `POST ${PATH}/`, response: MALFORMED },
      { request: `POST ${PATH}/`, body: {}, response: MALFORMED },
      { request: `POST ${PATH}/`, body: { Email: '{email}' }, response: MALFORMED },
      ...INVALID_EMAILS.map((email) => ({ request: `POST ${PATH}/`, body: { email }, response: MALFORMED })),
      { noEmail: true },
    ],
  },
]

export const operations: Operation[] = [
  { request: `POST ${PATH}/`, body: { email: '{unknownEmail}' }, allow: 'POST', error, invalidBody: MALFORMED },
]
