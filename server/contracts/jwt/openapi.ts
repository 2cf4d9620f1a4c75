import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
import { toForm } from '@/server/contracts/describe-link'
import { DEAD_TOKEN, EMAIL_INVALID, EMAIL_REQUIRED, fieldsRequired, MISMATCH } from './errors'
import { contract } from './handlers'
import {
  askBody,
  detailBody,
  emailErrorBody,
  linkQuery,
  RESET,
  resetBody,
  resetDoneBody,
  resetErrorBody,
  SENT,
  sentBody,
} from './schema'

export const about = 'A link with a JWT.'

export const paths: ZodOpenApiPathsObject = {
  '/api/auth/forgot-password/': {
    post: operation(contract, {
      id: 'jwtAsk',
      summary: 'Mail a reset link, registered or not',
      body: askBody,
      answers: {
        200: { when: 'Asked for', body: sentBody, examples: { sent: ok(SENT) } },
        400: {
          when: 'Missing or malformed',
          body: emailErrorBody,
          examples: { missing: EMAIL_REQUIRED, malformed: EMAIL_INVALID },
        },
      },
      allow: 'POST',
      errorBody: detailBody,
      edge: 'write',
    }),
  },
  '/api/auth/reset-password/': {
    post: operation(contract, {
      id: 'jwtReset',
      summary: 'Choose the new password',
      body: resetBody,
      answers: {
        200: {
          when: 'Changed; the token is spent and every session has ended',
          body: resetDoneBody,
          examples: { changed: ok(RESET) },
        },
        400: {
          when: 'A field missing, a mismatch, a dead token, a broken password rule',
          body: resetErrorBody,
          examples: {
            missing: fieldsRequired(['token']),
            mismatch: MISMATCH,
            deadToken: DEAD_TOKEN,
          },
        },
      },
      allow: 'POST',
      errorBody: detailBody,
      edge: 'write',
    }),
  },
  '/reset-password': {
    get: operation(contract, {
      id: 'jwtFollow',
      summary: 'Follow a mailed link; spends nothing, looks nothing up',
      description: 'Also the link of the `v1` mails. Without `token` it is a page.',
      query: linkQuery,
      answers: { 307: toForm },
      allow: 'GET, HEAD',
      errorBody: detailBody,
      edge: 'none',
    }),
  },
}
