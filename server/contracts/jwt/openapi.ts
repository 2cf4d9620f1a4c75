import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import { redirectToForm } from '@/server/contracts/describe-link'
import { DEAD_TOKEN, EMAIL_INVALID, EMAIL_REQUIRED, fieldsRequired, MISMATCH } from './errors'
import { forgotPassword, resetLink, resetPasswordByJwt } from './handlers'
import {
  detailBody,
  emailErrorBody,
  linkQuery,
  RESET,
  requestBody,
  resetBody,
  resetDoneBody,
  resetErrorBody,
  SENT,
  sentBody,
} from './schema'

const shared = { errorBody: detailBody }

export const about = 'Uses a link with a JWT.'

export const paths: ZodOpenApiPathsObject = {
  '/api/auth/forgot-password/': describeEndpoint(forgotPassword, shared, {
    post: {
      id: 'jwtRequestReset',
      summary: 'Email a reset link, with the same answer whether or not the address is registered',
      body: requestBody,
      answers: {
        200: { when: 'The request was accepted', body: sentBody, examples: { sent: ok(SENT) } },
        400: {
          when: '`email` is missing or malformed',
          body: emailErrorBody,
          examples: { missing: EMAIL_REQUIRED, malformed: EMAIL_INVALID },
        },
      },
    },
  }),
  '/api/auth/reset-password/': describeEndpoint(resetPasswordByJwt, shared, {
    post: {
      id: 'jwtResetPassword',
      summary: 'Set a new password',
      body: resetBody,
      answers: {
        200: {
          when: 'The password is changed, the token is spent and all sessions have ended',
          body: resetDoneBody,
          examples: { changed: ok(RESET) },
        },
        400: {
          when: 'A field is missing, the passwords differ, the token does not work, or the password breaks a rule',
          body: resetErrorBody,
          examples: {
            missing: fieldsRequired(['token']),
            mismatch: MISMATCH,
            deadToken: DEAD_TOKEN,
          },
        },
      },
    },
  }),
  // `proxy.ts` sends only reads with a token here, and refusals are redirects: there are no shared answers.
  '/reset-password': describeEndpoint(resetLink, null, {
    get: {
      id: 'jwtFollowLink',
      summary: 'Follow an emailed link, without spending it',
      description:
        'The links of the `v1` emails use this path too. Without `token` it is a page. A browser that holds a link or an entered code keeps it if the new link is dead, and is redirected to `/forgot-password`.',
      query: linkQuery,
      answers: { 307: redirectToForm },
    },
  }),
}
