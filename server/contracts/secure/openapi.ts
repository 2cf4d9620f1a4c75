import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import {
  ACCOUNT_INVALID,
  BAD_TOKEN,
  EXPIRED_TOKEN,
  MISMATCH,
  NOT_NUMERIC,
  PASSWORD_BLANK,
  PASSWORD_SHORT,
  REPASSWORD_BLANK,
  UNKNOWN,
  WRONG_CODE,
} from './errors'
import { locate, send, update, verify } from './handlers'
import {
  CHANGED,
  changedBody,
  errorBody,
  GRANTED,
  grantedBody,
  informationBody,
  locatedBody,
  locateQuery,
  MAY_CHANGE,
  mayChangeBody,
  SENT,
  sendBody,
  sentBody,
  tokenParams,
  updateBody,
  verifyBody,
  waitBody,
} from './schema'

const shared = { errorBody, limitBody: waitBody }

const AVATAR = 'https://accounts.example.com/avatar.svg'
const TOKEN = 'ElXFoc1kkOzFwtXnQ4dJ4Ds3npERKvJ7sMGxikcuGlP5kiwBsiq37e91woJL'

const invalidAccount = {
  when: '`account` is missing or malformed',
  body: errorBody,
  examples: { malformed: ACCOUNT_INVALID },
}
const unknown = { when: 'With `reveal`: the account does not exist', body: errorBody, examples: { unknown: UNKNOWN } }
const badToken = { malformed: BAD_TOKEN }
const expired = { when: 'The token has expired', body: errorBody, examples: { expired: EXPIRED_TOKEN } }

export const about = 'Locates an account, emails a code, checks it, and sets a password with the token it returns.'

export const paths: ZodOpenApiPathsObject = {
  '/secure/reset-password/locate/': describeEndpoint(locate, shared, {
    get: {
      id: 'secureLocateAccount',
      summary: 'Show the account, so that its owner can confirm it',
      query: locateQuery,
      answers: {
        200: {
          when: 'With `conceal`, for every well-formed account: a masked address, no name and the default picture',
          body: locatedBody,
          examples: {
            reveal: ok({ success: { email: 'john@example.com', full_name: 'John Example', picture: AVATAR } }),
            conceal: ok({ success: { email: 'j•••@e•••.com', full_name: '', picture: AVATAR } }),
          },
        },
        400: invalidAccount,
        404: unknown,
      },
    },
  }),
  '/secure/reset-password/send/': describeEndpoint(send, shared, {
    post: {
      id: 'secureSendCode',
      summary: 'Email a code',
      description: 'A second request within the cooldown is answered with 429.',
      body: sendBody,
      answers: {
        200: {
          when: 'The code is on its way. With `conceal`, also for an unknown account',
          body: sentBody,
          examples: { sent: ok(SENT) },
        },
        400: invalidAccount,
        404: unknown,
      },
    },
  }),
  '/secure/reset-password/verify/': describeEndpoint(verify, shared, {
    post: {
      id: 'secureVerifyCode',
      summary: 'Check the code from the email',
      description:
        'After three wrong codes, code entry is blocked: every code is answered with 429, even a correct one.',
      body: verifyBody,
      answers: {
        200: {
          when: 'The code is correct. The token is valid for five minutes',
          body: grantedBody,
          examples: { granted: ok({ success: GRANTED, token: TOKEN }) },
        },
        400: { ...invalidAccount, when: `${invalidAccount.when}, or \`code\` is missing or is not a string` },
        404: {
          when: 'The code is not numeric, wrong, expired or superseded. With `reveal`, also if the account does not exist',
          body: errorBody,
          examples: {
            notNumeric: NOT_NUMERIC,
            wrong: WRONG_CODE,
            ...unknown.examples,
          },
        },
      },
    },
  }),
  '/secure/reset-password/update/{token}/': describeEndpoint(update, shared, {
    get: {
      id: 'secureCheckToken',
      summary: 'Check the token, without spending it',
      path: tokenParams,
      answers: {
        200: { when: 'The token is valid', body: mayChangeBody, examples: { good: ok(MAY_CHANGE) } },
        400: { when: 'The token is malformed, unknown, superseded or spent', body: errorBody, examples: badToken },
        404: expired,
      },
    },
    post: {
      id: 'secureUpdatePassword',
      summary: 'Set a new password',
      path: tokenParams,
      body: updateBody,
      answers: {
        200: {
          when: 'The password is changed, the token is spent and all sessions have ended',
          body: changedBody,
          examples: { changed: ok(CHANGED) },
        },
        400: {
          when: 'The token is malformed, unknown, superseded or spent. Or, under `information`, the first error in the fields',
          body: z.union([errorBody, informationBody]),
          examples: {
            ...badToken,
            blank: PASSWORD_BLANK,
            short: PASSWORD_SHORT,
            blankAgain: REPASSWORD_BLANK,
            mismatch: MISMATCH,
          },
        },
        404: expired,
      },
    },
  }),
}
