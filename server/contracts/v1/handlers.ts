import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { emailSchema } from '@/server/core/schemas'
import { env } from '@/server/env'
import { hasBearerToken } from '@/server/http/bearer-token'
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

    const { appUrl, serviceApiKey } = env()
    const request = { account: email.data, form: 'v1' } as const
    // A live token is a key to the account, so only a trusted back end gets one. Everyone else gets the page.
    let link: string | null = null
    if (serviceApiKey && hasBearerToken(headers, serviceApiKey))
      link = (await issueLink(ctx, { ...request, appUrl })).link
    else await requestReset(ctx, request)
    return ok({ message: SENT, reset_link: link ?? `${appUrl}/reset-password` })
  },
})
