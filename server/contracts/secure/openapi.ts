import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
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
import { contract } from './handlers'
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

const invalidAccount = {
  when: '`account` is missing or malformed',
  body: errorBody,
  examples: { malformed: ACCOUNT_INVALID },
}
const unknown = {
  when: 'With `reveal`: no such account',
  body: errorBody,
  examples: { unknown: UNKNOWN },
}
const badToken = { malformed: BAD_TOKEN }
const expired = {
  when: 'The token has expired',
  body: errorBody,
  examples: { expired: EXPIRED_TOKEN },
}
const shared = { errorBody, limitBody: waitBody }

export const about = 'Locate an account, check a code, choose a password with what it earned.'

export const paths: ZodOpenApiPathsObject = {
  '/secure/reset-password/locate/': {
    get: operation(contract, {
      id: 'secureLocate',
      summary: 'Is this you?',
      query: locateQuery,
      answers: {
        200: {
          when: 'With `conceal` for every well-formed account: a masked address, no name and the default picture',
          body: locatedBody,
          examples: {
            reveal: ok({
              success: {
                email: 'john@example.com',
                full_name: 'John Example',
                picture: 'https://accounts.example.com/avatar.svg',
              },
            }),
            conceal: ok({
              success: { email: 'j•••@e•••.com', full_name: '', picture: 'https://accounts.example.com/avatar.svg' },
            }),
          },
        },
        400: invalidAccount,
        404: unknown,
      },
      allow: 'GET, HEAD',
      ...shared,
      edge: 'read',
    }),
  },
  '/secure/reset-password/send/': {
    post: operation(contract, {
      id: 'secureSend',
      summary: 'Mail a code',
      description: 'Asked again within the cooldown it answers 429.',
      body: sendBody,
      answers: {
        200: { when: 'Sent; with `conceal` for an unknown account too', body: sentBody, examples: { sent: ok(SENT) } },
        400: invalidAccount,
        404: unknown,
      },
      allow: 'POST',
      ...shared,
      edge: 'write',
    }),
  },
  '/secure/reset-password/verify/': {
    post: operation(contract, {
      id: 'secureVerify',
      summary: 'Check the code of the mail',
      description: 'After three wrong codes code entry is blocked: 429, right codes included.',
      body: verifyBody,
      answers: {
        200: {
          when: 'The code is right; the token lives five minutes',
          body: grantedBody,
          examples: {
            granted: ok({ success: GRANTED, token: 'ElXFoc1kkOzFwtXnQ4dJ4Ds3npERKvJ7sMGxikcuGlP5kiwBsiq37e91woJL' }),
          },
        },
        400: { ...invalidAccount, when: `${invalidAccount.when}, or \`code\` is missing or no text` },
        404: {
          when: 'Not digits; a wrong, expired or superseded code; with `reveal` no such account',
          body: errorBody,
          examples: {
            notNumeric: NOT_NUMERIC,
            wrong: WRONG_CODE,
            ...unknown.examples,
          },
        },
      },
      allow: 'POST',
      ...shared,
      edge: 'write',
    }),
  },
  '/secure/reset-password/update/{token}/': {
    get: operation(contract, {
      id: 'secureLook',
      summary: 'Is the token good? Spends nothing',
      path: tokenParams,
      answers: {
        200: { when: 'It is', body: mayChangeBody, examples: { good: ok(MAY_CHANGE) } },
        400: { when: 'Malformed, unknown, superseded or spent', body: errorBody, examples: badToken },
        404: expired,
      },
      allow: 'GET, HEAD, POST',
      ...shared,
      edge: 'read',
    }),
    post: operation(contract, {
      id: 'secureUpdate',
      summary: 'Choose the new password',
      path: tokenParams,
      body: updateBody,
      answers: {
        200: {
          when: 'Changed; the token is spent and every session has ended',
          body: changedBody,
          examples: { changed: ok(CHANGED) },
        },
        400: {
          when: 'The token is malformed, unknown, superseded or spent; then, under `information`, the first fault of the fields',
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
      allow: 'GET, HEAD, POST',
      ...shared,
      edge: 'write',
    }),
  },
}
