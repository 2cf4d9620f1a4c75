import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { describeEndpoint } from '@/server/contracts/describe-endpoint'
import { EMAIL_REQUIRED, NOT_AN_EMAIL, UNKNOWN } from './errors'
import { passwordResetEmail } from './handlers'
import { errorBody, requestBody, SENT, sentBody } from './schema'

const shared = { errorBody }

export const about = 'Requests a reset by email address. Trusted back ends receive the link in the answer.'

export const paths: ZodOpenApiPathsObject = {
  '/api/v1/auth/password-reset-email': describeEndpoint(passwordResetEmail, shared, {
    post: {
      id: 'v1RequestReset',
      summary: 'Email a reset link',
      description:
        'A trusted back end (`Authorization: Bearer <SERVICE_API_KEY>`) receives the link with its live token. It also learns whether the address is registered, even with `conceal`. Everyone else receives the address of the page, without a token.',
      body: requestBody,
      security: [{}, { serviceKey: [] }],
      answers: {
        200: {
          when: 'The address is registered. With `conceal`, also if it is not',
          body: sentBody,
          examples: {
            everyone: ok({ message: SENT, reset_link: 'https://accounts.example.com/reset-password' }),
            trusted: ok({
              message: SENT,
              reset_link:
                'https://accounts.example.com/reset-password?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4',
            }),
          },
        },
        400: { when: '`email` is missing', body: errorBody, examples: { missing: EMAIL_REQUIRED } },
        404: {
          when: '`email` is not an email address. With `reveal`, also if it is not registered',
          body: errorBody,
          examples: { malformed: NOT_AN_EMAIL, unknown: UNKNOWN },
        },
      },
    },
  }),
}
