import type { z } from 'zod'
import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { followMailedLink } from '@/server/contracts/mailed-link'
import { decodeUid } from '@/server/recovery/link-forms'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { EMAIL_REQUIRED, errors, FIELDS_REQUIRED, fault, INVALID_LINK, linkErrors, MISMATCH } from './errors'
import { type linkParams, RESET, requestBody, resetBody, SENT } from './schema'

const contract = { name: 'views', fault, errors }

/** `/forgot-password` is also a page. `proxy.ts` sends every method except GET and HEAD here. */
export const forgotPassword = endpoint(contract, {
  page: 'GET, HEAD',
  async POST({ ctx, body }) {
    const input = requestBody.safeParse(body)
    if (!input.success) return EMAIL_REQUIRED
    await requestReset(ctx, { account: input.data.email, form: 'views' })
    return ok(SENT)
  },
})

export const mailedLink = endpoint<z.infer<typeof linkParams>>(
  { ...contract, errors: linkErrors },
  {
    /** The link in this contract's emails. */
    async GET({ ctx, headers, params }) {
      const accountId = decodeUid(params.uidb64)
      return followMailedLink({ ctx, headers }, accountId ? { kind: 'link', token: params.token, accountId } : null)
    },

    async POST({ ctx, params, body }) {
      const input = resetBody.safeParse(body)
      if (!input.success) return FIELDS_REQUIRED
      const { new_password: password, confirm_password: confirmation } = input.data
      if (password !== confirmation) return MISMATCH
      const accountId = decodeUid(params.uidb64)
      if (!accountId) return INVALID_LINK
      await resetPassword(ctx, { secret: { kind: 'link', token: params.token, accountId }, password })
      return ok(RESET)
    },
  },
)
