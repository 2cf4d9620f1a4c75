import type { z } from 'zod'
import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { isTooShort } from '@/server/core/password-rules'
import { DEFAULT_PICTURE } from '@/server/core/typed-input'
import { env } from '@/server/env'
import { locateAccount } from '@/server/recovery/locate-account'
import { openLink } from '@/server/recovery/open-link'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { verifyCode } from '@/server/recovery/verify-code'
import {
  ACCOUNT_INVALID,
  errors,
  fault,
  MISMATCH,
  NOT_NUMERIC,
  PASSWORD_BLANK,
  PASSWORD_SHORT,
  REPASSWORD_BLANK,
} from './errors'
import {
  CHANGED,
  GRANTED,
  isCode,
  locateQuery,
  MAY_CHANGE,
  SENT,
  sendBody,
  type tokenParams,
  updateBody,
  verifyBody,
} from './schema'

const contract = { name: 'secure', fault, errors }

export const locate = endpoint(contract, {
  async GET({ ctx, query }) {
    const [account, ...more] = query.getAll('account')
    const input = locateQuery.safeParse({ account })
    if (!input.success || more.length > 0) return ACCOUNT_INVALID
    const { email, fullName, picture } = await locateAccount(ctx, input.data)
    return ok({ success: { email, full_name: fullName, picture: absolute(picture) } })
  },
})

/** The stored picture is a URL or a path of this app. Anything else becomes the default picture. */
const absolute = (picture: string): string =>
  (URL.parse(picture, env().appUrl) ?? new URL(DEFAULT_PICTURE, env().appUrl)).href

export const send = endpoint(contract, {
  async POST({ ctx, body }) {
    const input = sendBody.safeParse(body)
    if (!input.success) return ACCOUNT_INVALID
    await requestReset(ctx, { account: input.data.account, refuseWithinCooldown: true })
    return ok(SENT)
  },
})

export const verify = endpoint(contract, {
  async POST({ ctx, body }) {
    const input = verifyBody.safeParse(body)
    if (!input.success) return ACCOUNT_INVALID
    if (!isCode(input.data.code)) return NOT_NUMERIC
    const { grant } = await verifyCode(ctx, input.data)
    return ok({ success: GRANTED, token: grant })
  },
})

export const update = endpoint<z.infer<typeof tokenParams>>(contract, {
  async GET({ ctx, params }) {
    await openLink(ctx, { kind: 'grant', token: params.token })
    return ok(MAY_CHANGE)
  },

  /** Checks in the documented order: the token first, then each field. */
  async POST({ ctx, params, body }) {
    const secret = { kind: 'grant', token: params.token } as const
    await openLink(ctx, secret)
    const { password, repassword } = updateBody.parse(body)
    if (password === '') return PASSWORD_BLANK
    if (isTooShort(password, ctx.policy.passwordMinLength)) return PASSWORD_SHORT
    if (repassword === '') return REPASSWORD_BLANK
    if (password !== repassword) return MISMATCH
    await resetPassword(ctx, { secret, password })
    return ok(CHANGED)
  },
})
