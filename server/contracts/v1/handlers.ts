import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { emailSchema } from '@/server/core/schemas'
import { env } from '@/server/env'
import { isTrustedBackEnd } from '@/server/http/requester'
import { issueLink } from '@/server/recovery/issue-link'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_REQUIRED, errors, fault, NOT_AN_EMAIL } from './errors'
import { requestBody, SENT } from './schema'

const contract = { name: 'v1', fault, errors }

export const passwordResetEmail = endpoint(contract, {
  /** A live token is a key to the account, so only a trusted back end gets one. Everyone else gets the page. */
  async POST({ ctx, body }) {
    const input = requestBody.safeParse(body)
    if (!input.success) return EMAIL_REQUIRED
    const email = emailSchema.safeParse(input.data.email)
    if (!email.success) return NOT_AN_EMAIL

    const { appUrl } = env()
    const request = { account: email.data, form: 'v1' } as const
    if (isTrustedBackEnd(ctx.requester)) {
      const { link } = await issueLink(ctx, { ...request, appUrl })
      return ok({ message: SENT, reset_link: link ?? `${appUrl}/reset-password` })
    }
    await requestReset(ctx, request)
    return ok({ message: SENT, reset_link: `${appUrl}/reset-password` })
  },
})
