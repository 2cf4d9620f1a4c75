import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import { EMAIL_INVALID, UNKNOWN } from './errors'
import { initiateReset } from './handlers'
import { errorBody, requestBody, SENT, sentBody } from './schema'

const shared = { errorBody }

export const about = 'Requests a reset by email address.'

export const paths: ZodOpenApiPathsObject = {
  '/initiate_reset_forgotten_password/': describeEndpoint(initiateReset, shared, {
    post: {
      id: 'initiateRequestReset',
      summary: 'Email a reset link',
      body: requestBody,
      answers: {
        200: {
          when: 'The address is registered. With `conceal`, also if it is not',
          body: sentBody,
          examples: { sent: ok(SENT) },
        },
        400: {
          when: '`email` is missing or malformed. With `reveal`, also if it is not registered',
          body: errorBody,
          examples: { malformed: EMAIL_INVALID, unknown: UNKNOWN },
        },
      },
    },
  }),
}
