import type { z } from 'zod'
import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { redirectTo } from '@/server/contracts/mailed-link'
import { setCookie } from '@/server/http/cookies'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { EMAIL_INVALID, EMAIL_REQUIRED, errors, fault, fieldsRequired, MISMATCH } from './errors'
import { askBody, RESET, resetBody, SENT } from './schema'

export const contract = { name: 'jwt', fault, errors }

export const forgotPassword = endpoint(contract, {
  async POST({ ctx, body }) {
    const asked = askBody.safeParse(body)
    if (!asked.success) {
      return asked.error.issues[0]?.message === 'identifier-malformed' ? EMAIL_INVALID : EMAIL_REQUIRED
    }
    await requestReset(ctx, { account: asked.data.email, form: 'jwt' })
    return ok(SENT)
  },
})

export const resetPasswordByJwt = endpoint(contract, {
  async POST({ ctx, body }) {
    const typed = resetBody.safeParse(body ?? {})
    if (!typed.success) return fieldsRequired(fieldsAtFault(typed.error))
    const { token, new_password: password, confirm_password: confirmation } = typed.data
    if (password !== confirmation) return MISMATCH
    await resetPassword(ctx, { secret: { kind: 'jwt', token }, password })
    return ok(RESET)
  },
})

/** In their documented order; all of them where the body is no object. */
function fieldsAtFault({ issues }: z.ZodError): string[] {
  const fields = Object.keys(resetBody.shape)
  return issues.some(({ path }) => path.length === 0)
    ? fields
    : fields.filter((field) => issues.some(({ path }) => path[0] === field))
}

/** What can be a token; it is looked up by the page. */
const TOKEN = /^[\w.-]{1,2048}$/

/** `/reset-password?token=`, which proxy.ts sends here: the token goes into the cookie, the address clean. */
export const resetLink = endpoint(contract, {
  async GET({ query }) {
    const [token = '', ...more] = query.getAll('token')
    const headers = new Headers()
    setCookie(headers, 'reset', more.length === 0 && TOKEN.test(token) ? token : 'malformed')
    return redirectTo('/reset-password', headers)
  },
})
