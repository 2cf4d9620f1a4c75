import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { ok } from '@/server/contracts/answer'
import { operation } from '@/server/contracts/describe'
import { EMAIL_REQUIRED, NOT_AN_EMAIL, UNKNOWN } from './errors'
import { contract } from './handlers'
import { askBody, errorBody, SENT, sentBody } from './schema'

export const about = 'Asks by address; trusted back ends are told the link.'

export const paths: ZodOpenApiPathsObject = {
  '/api/v1/auth/password-reset-email': {
    post: operation(contract, {
      id: 'v1Ask',
      summary: 'Mail a reset link',
      description:
        'A trusted back end (`Authorization: Bearer <SERVICE_API_KEY>`) is told the link with its live token, and with `conceal` too whether the address is registered. Everybody else gets the page without a token.',
      body: askBody,
      security: [{}, { serviceKey: [] }],
      answers: {
        200: {
          when: 'Registered; with `conceal` or not',
          body: sentBody,
          examples: {
            everybody: ok({ message: SENT, reset_link: 'https://accounts.example.com/reset-password' }),
            trusted: ok({
              message: SENT,
              reset_link:
                'https://accounts.example.com/reset-password?token=mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4',
            }),
          },
        },
        400: { when: 'No `email`', body: errorBody, examples: { missing: EMAIL_REQUIRED } },
        404: {
          when: 'Not an email address; with `reveal` not registered',
          body: errorBody,
          examples: { malformed: NOT_AN_EMAIL, unknown: UNKNOWN },
        },
      },
      allow: 'POST',
      errorBody,
      edge: 'write',
    }),
  },
}
