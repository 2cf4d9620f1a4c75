import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import { redirectToFormOrRequest } from '@/server/contracts/describe-link'
import { DEAD_TOKEN, EMAIL_REQUIRED, FIELDS_REQUIRED, INVALID_LINK, MISMATCH, UNKNOWN } from './errors'
import { forgotPassword, mailedLink } from './handlers'
import { errorBody, linkParams, RESET, requestBody, resetBody, resetDoneBody, SENT, sentBody } from './schema'

const shared = { errorBody }

export const about = 'Uses a link with a user id and a token in its path.'

export const paths: ZodOpenApiPathsObject = {
  '/forgot-password/': describeEndpoint(forgotPassword, shared, {
    post: {
      id: 'viewsRequestReset',
      summary: 'Email a reset link',
      description: 'A GET of this path is a page.',
      body: requestBody,
      answers: {
        200: {
          when: 'The address is registered. With `conceal`, also if it is not',
          body: sentBody,
          examples: { sent: ok(SENT) },
        },
        400: { when: '`email` is missing or malformed', body: errorBody, examples: { missing: EMAIL_REQUIRED } },
        404: { when: 'With `reveal`: the address is not registered', body: errorBody, examples: { unknown: UNKNOWN } },
      },
    },
  }),
  '/reset-password/{uidb64}/{token}/': describeEndpoint(mailedLink, shared, {
    get: {
      id: 'viewsFollowLink',
      summary: 'Follow an emailed link, without spending it',
      path: linkParams,
      answers: {
        307: redirectToFormOrRequest,
        400: {
          when: 'The link no longer works, and the client is not a browser',
          body: errorBody,
          examples: { dead: DEAD_TOKEN, unknown: INVALID_LINK },
        },
      },
    },
    post: {
      id: 'viewsResetPassword',
      summary: 'Set a new password',
      path: linkParams,
      body: resetBody,
      answers: {
        200: {
          when: 'The password is changed, the link is spent and all sessions have ended',
          body: resetDoneBody,
          examples: { changed: ok(RESET) },
        },
        400: {
          when: 'The first of: a field is missing, the passwords differ, the uid is unreadable (with `reveal` also unknown), the token does not work, the password breaks a rule',
          body: errorBody,
          examples: {
            missing: FIELDS_REQUIRED,
            mismatch: MISMATCH,
            badUid: INVALID_LINK,
            deadToken: DEAD_TOKEN,
          },
        },
      },
    },
  }),
}
