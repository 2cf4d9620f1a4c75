import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
import { toFormOrRequest } from '@/server/contracts/describe-link'
import { DEAD_LINK, EMAIL_INVALID, NOT_SIGNED_IN } from './errors'
import { contract } from './handlers'
import { askBody, errorBody, linkQuery, SENT, sentBody } from './schema'

const allow = 'GET, HEAD, PUT'

export const about = 'Asks by `PUT`, for a typed address or for whoever is signed in.'

export const paths: ZodOpenApiPathsObject = {
  '/api/accounts/forgot_password': {
    put: operation(contract, {
      id: 'accountsAsk',
      summary: 'Mail a reset link',
      description:
        'To the account of `email`, registered or not the same answer in every disclosure; without `email` to the account that is signed in.',
      body: askBody,
      security: [{}, { session: [] }],
      answers: {
        200: { when: 'Asked for', body: sentBody, examples: { sent: ok(SENT) } },
        400: { when: '`email` is no address', body: errorBody, examples: { malformed: EMAIL_INVALID } },
        401: {
          when: 'No `email`, and no or a bad session token',
          body: errorBody,
          examples: { notSignedIn: NOT_SIGNED_IN },
        },
      },
      allow,
      errorBody,
      edge: 'write',
    }),
    get: operation(contract, {
      id: 'accountsFollow',
      summary: 'Follow a mailed link; spends nothing',
      query: linkQuery,
      answers: {
        307: toFormOrRequest,
        400: { when: 'A dead link, and no browser', body: errorBody, examples: { dead: DEAD_LINK } },
      },
      allow,
      errorBody,
      edge: 'read',
    }),
  },
}
