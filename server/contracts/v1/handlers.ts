import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { emailSchema } from '@/server/core/schemas'
import { digestOf, sameBytes } from '@/server/core/secrets'
import { env } from '@/server/env'
import { bearerTokenOf } from '@/server/http/requester'
import { issueLink } from '@/server/recovery/issue-link'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_REQUIRED, errors, fault, NOT_AN_EMAIL } from './errors'
import { askBody, SENT } from './schema'

export const contract = { name: 'v1', fault, errors }

export const passwordResetEmail = endpoint(contract, {
  async POST({ ctx, headers, body }) {
    const asked = askBody.safeParse(body)
    if (!asked.success) return EMAIL_REQUIRED
    const email = emailSchema.safeParse(asked.data.email)
    if (!email.success) return NOT_AN_EMAIL

    const { appUrl } = env()
    const request = { account: email.data, form: 'v1' } as const
    // A live token is a key to the account: everybody but a trusted back end gets the page without one.
    let link: string | null = null
    if (isTrusted(headers)) link = (await issueLink(ctx, { ...request, appUrl })).link
    else await requestReset(ctx, request)
    return ok({ message: SENT, reset_link: link ?? `${appUrl}/reset-password` })
  },
})

/** Compared by digests: constant in time, whatever the lengths. */
function isTrusted(headers: Headers): boolean {
  const { serviceApiKey } = env()
  const given = bearerTokenOf(headers)
  return serviceApiKey !== undefined && given !== null && sameBytes(digestOf(given), digestOf(serviceApiKey))
}
