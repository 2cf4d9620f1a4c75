import type { z } from 'zod'
import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { type EmailedLink, handToBrowser, isBrowser, toForm } from '@/server/contracts/mailed-link'
import { heldSecret } from '@/server/http/reset-cookie'
import { presentedSecret } from '@/server/recovery/find-live-secret'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { EMAIL_INVALID, EMAIL_REQUIRED, errors, fault, fieldsRequired, MISMATCH } from './errors'
import { RESET, requestBody, resetBody, SENT } from './schema'

const contract = { name: 'jwt', fault, errors }

export const forgotPassword = endpoint(contract, {
  async POST({ ctx, body }) {
    const input = requestBody.safeParse(body)
    if (!input.success) {
      return input.error.issues[0]?.message === 'identifier-malformed' ? EMAIL_INVALID : EMAIL_REQUIRED
    }
    await requestReset(ctx, { account: input.data.email, form: 'jwt' })
    return ok(SENT)
  },
})

export const resetPasswordByJwt = endpoint(contract, {
  async POST({ ctx, body }) {
    const input = resetBody.safeParse(body ?? {})
    if (!input.success) return fieldsRequired(invalidFields(input.error))
    const { token, new_password: password, confirm_password: confirmation } = input.data
    if (password !== confirmation) return MISMATCH
    await resetPassword(ctx, { secret: { kind: 'jwt', token }, password })
    return ok(RESET)
  },
})

/** The invalid fields in their documented order; all fields if the body is not an object. */
function invalidFields({ issues }: z.ZodError): string[] {
  const fields = Object.keys(resetBody.shape)
  return issues.some(({ path }) => path.length === 0)
    ? fields
    : fields.filter((field) => issues.some(({ path }) => path[0] === field))
}

/** The link with this token, or null for what has not the characters and length of one. A grant is never in a link. */
function linkWith(token: string): EmailedLink | null {
  const secret = presentedSecret(token)
  return /^[\w.-]{1,2048}$/.test(token) && secret.kind !== 'grant' ? secret : null
}

/**
 * `/reset-password?token=`, which `proxy.ts` sends here. Moves the token into a cookie, so the page has a clean address.
 * The page looks the token up. Only a browser that holds a secret already needs to know before whether this one works.
 */
export const resetLink = endpoint(contract, {
  async GET({ ctx, headers, query }) {
    const [token = '', ...more] = query.getAll('token')
    const link = more.length === 0 ? linkWith(token) : null
    if (heldSecret(headers) && isBrowser(headers)) return handToBrowser({ ctx, headers }, link)
    return toForm({ token: link?.token ?? 'malformed' })
  },
})
