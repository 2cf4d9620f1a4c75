import { type Answered, NO_ADDRESSES, type Replay } from './scenario'

const PATH = '/initiate_reset_forgotten_password'

const error = (message: string) => ({ error: message })
const SENT: Answered = [200, { message: 'Password Reset Email Sent!' }]
const UNKNOWN: Answered = [400, error('OurUser matching query does not exist.')]
const MALFORMED: Answered = [400, error('Enter a valid email address.')]

export const replay: Replay = {
  stories: [
    {
      title: 'a registered address',
      steps: [
        { send: `POST ${PATH}/`, body: { email: '{email}' }, get: SENT },
        { mail: '{app}/api/accounts/forgot_password?token={token}' },
        { send: `POST ${PATH}`, body: { email: '{email}' }, get: SENT },
        { noMail: true },
      ],
    },
    {
      title: 'an address that is not registered',
      steps: [
        { send: `POST ${PATH}/`, body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { send: `POST ${PATH}`, body: { email: '{nobody}' }, reveal: UNKNOWN, conceal: SENT },
        { noMail: true },
      ],
    },
    {
      title: 'an address that is missing or malformed',
      steps: [
        { send: `POST ${PATH}/`, get: MALFORMED },
        { send: `POST ${PATH}/`, body: {}, get: MALFORMED },
        { send: `POST ${PATH}/`, body: { Email: '{email}' }, get: MALFORMED },
        ...NO_ADDRESSES.map((email) => ({ send: `POST ${PATH}/`, body: { email }, get: MALFORMED })),
        { noMail: true },
      ],
    },
  ],
  probes: [{ send: `POST ${PATH}/`, body: { email: '{nobody}' }, allow: 'POST', error, invalid: MALFORMED }],
}
