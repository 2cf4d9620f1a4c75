import { STATUS_CODES } from 'node:http'
import { type Answered, NO_ADDRESSES, type Replay } from './scenario'

const PATH = '/api/v1/auth/password-reset-email'

const error = (message: string, status: number) => ({ message, error: STATUS_CODES[status], status_code: status })
const SENT: Answered = [200, { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password' }]
const UNKNOWN: Answered = [
  404,
  { message: 'No account is registered with this email address.', error: 'Not Found', status_code: 404 },
]
const NO_ADDRESS: Answered = [
  404,
  { message: 'This is not a valid email address.', error: 'Not Found', status_code: 404 },
]
const MISSING: Answered = [400, { message: 'The email field is required.', error: 'Bad Request', status_code: 400 }]
const trusted = { authorization: 'Bearer {serviceKey}' }

export const replay: Replay = {
  stories: [
    {
      title: 'a registered address',
      steps: [
        { send: `POST ${PATH}`, body: { email: '{email}' }, get: SENT },
        { mail: '{app}/reset-password?token={token}' },
        { send: `POST ${PATH}/`, body: { email: '{email}' }, get: SENT },
        {
          send: `POST ${PATH}`,
          headers: { authorization: 'Bearer {serviceKey}x' },
          body: { email: '{email}' },
          get: SENT,
        },
        { noMail: true },
        {
          send: 'GET /reset-password?token={token}',
          get: [
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
      title: 'an address that is not registered',
      steps: [
        { send: `POST ${PATH}`, body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { send: `POST ${PATH}/`, body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { noMail: true },
      ],
    },
    {
      title: 'what is no address is not found, and what is not there is missing',
      steps: [
        ...NO_ADDRESSES.map((email) => ({ send: `POST ${PATH}`, body: { email }, get: NO_ADDRESS })),
        { send: `POST ${PATH}`, get: MISSING },
        { send: `POST ${PATH}`, body: {}, get: MISSING },
        { noMail: true },
      ],
    },
    {
      title: 'a trusted back end is told the link that is mailed, and who is unknown',
      steps: [
        {
          send: `POST ${PATH}`,
          headers: trusted,
          body: { email: '{email}' },
          get: [
            200,
            { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password?token={token}' },
          ],
        },
        { mail: '{app}/reset-password?token={token}' },
        {
          send: `POST ${PATH}`,
          headers: trusted,
          body: { email: '{email}' },
          get: [
            200,
            { message: 'Password reset email sent successfully.', reset_link: '{app}/reset-password?token={token}' },
          ],
        },
        { noMail: true },
        { send: `POST ${PATH}`, headers: trusted, body: { email: '{nobody}' }, get: UNKNOWN },
        { send: `POST ${PATH}`, headers: trusted, body: { email: 'nonsense' }, get: NO_ADDRESS },
      ],
    },
  ],
  probes: [{ send: `POST ${PATH}`, body: { email: '{nobody}' }, allow: 'POST', error, invalid: MISSING }],
}
