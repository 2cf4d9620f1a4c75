import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
import { toFormOrRequest } from '@/server/contracts/describe-link'
import { DEAD_TOKEN, EMAIL_REQUIRED, FIELDS_REQUIRED, INVALID_LINK, MISMATCH, UNKNOWN } from './errors'
import { contract } from './handlers'
import { askBody, errorBody, linkParams, RESET, resetBody, resetDoneBody, SENT, sentBody } from './schema'

export const about = 'A link of a user id and a token.'

export const paths: ZodOpenApiPathsObject = {
  '/forgot-password/': {
    post: operation(contract, {
      id: 'viewsAsk',
      summary: 'Mail a reset link',
      description: 'A GET of this path is a page.',
      body: askBody,
      answers: {
        200: { when: 'Registered; with `conceal` or not', body: sentBody, examples: { sent: ok(SENT) } },
        400: { when: 'Missing or malformed', body: errorBody, examples: { missing: EMAIL_REQUIRED } },
        404: { when: 'With `reveal`: not registered', body: errorBody, examples: { unknown: UNKNOWN } },
      },
      allow: 'GET, HEAD, POST',
      errorBody,
      edge: 'write',
    }),
  },
  '/reset-password/{uidb64}/{token}/': {
    get: operation(contract, {
      id: 'viewsFollow',
      summary: 'Follow a mailed link; spends nothing',
      path: linkParams,
      answers: {
        307: toFormOrRequest,
        400: {
          when: 'A dead link, and no browser',
          body: errorBody,
          examples: { dead: DEAD_TOKEN, unknown: INVALID_LINK },
        },
      },
      allow: 'GET, HEAD, POST',
      errorBody,
      edge: 'read',
    }),
    post: operation(contract, {
      id: 'viewsReset',
      summary: 'Choose the new password',
      path: linkParams,
      body: resetBody,
      answers: {
        200: {
          when: 'Changed; the link is spent and every session has ended',
          body: resetDoneBody,
          examples: { changed: ok(RESET) },
        },
        400: {
          when: 'In this order: a field missing, a mismatch, a bad uid (with `reveal` an unknown one too), a dead token, a broken password rule',
          body: errorBody,
          examples: {
            missing: FIELDS_REQUIRED,
            mismatch: MISMATCH,
            badUid: INVALID_LINK,
            deadToken: DEAD_TOKEN,
          },
        },
      },
      allow: 'GET, HEAD, POST',
      errorBody,
      edge: 'write',
    }),
  },
}
