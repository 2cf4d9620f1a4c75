import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
import { EMAIL_INVALID, UNKNOWN } from './errors'
import { contract } from './handlers'
import { askBody, errorBody, SENT, sentBody } from './schema'

export const about = 'Asks by address.'

export const paths: ZodOpenApiPathsObject = {
  '/initiate_reset_forgotten_password/': {
    post: operation(contract, {
      id: 'initiateAsk',
      summary: 'Mail a reset link',
      body: askBody,
      answers: {
        200: { when: 'Registered; with `conceal` or not', body: sentBody, examples: { sent: ok(SENT) } },
        400: {
          when: 'Missing or malformed; with `reveal` not registered too',
          body: errorBody,
          examples: { malformed: EMAIL_INVALID, unknown: UNKNOWN },
        },
      },
      allow: 'POST',
      errorBody,
      edge: 'write',
    }),
  },
}
