import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import { redirectToFormOrRequest } from '@/server/contracts/describe-link'
import { DEAD_LINK, EMAIL_INVALID, NOT_SIGNED_IN } from './errors'
import { forgotPassword } from './handlers'
import { errorBody, linkQuery, requestBody, SENT, sentBody } from './schema'

const shared = { errorBody }

export const about = 'Requests a reset with `PUT`, by email address or for the account that is signed in.'

export const paths: ZodOpenApiPathsObject = {
  '/api/accounts/forgot_password': describeEndpoint(forgotPassword, shared, {
    put: {
      id: 'accountsRequestReset',
      summary: 'Email a reset link',
      description:
        'Sends the link to the account of `email`. The answer is the same whether or not the address is registered, with `conceal` and with `reveal`. Without `email`, the link goes to the account that is signed in.',
      body: requestBody,
      security: [{}, { session: [] }],
      answers: {
        200: { when: 'The request was accepted', body: sentBody, examples: { sent: ok(SENT) } },
        400: { when: '`email` is not an email address', body: errorBody, examples: { malformed: EMAIL_INVALID } },
        401: {
          when: 'There is no `email`, and no valid session token',
          body: errorBody,
          examples: { notSignedIn: NOT_SIGNED_IN },
        },
      },
    },
    get: {
      id: 'accountsFollowLink',
      summary: 'Follow an emailed link, without spending it',
      query: linkQuery,
      answers: {
        307: redirectToFormOrRequest,
        400: {
          when: 'The link no longer works, and the client is not a browser',
          body: errorBody,
          examples: { dead: DEAD_LINK },
        },
      },
    },
  }),
}
