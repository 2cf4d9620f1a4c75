import { z } from 'zod'
import { ANSWERS } from '@/server/api/answers'
import type { ApiContext } from '@/server/api/context'
import { publicProcedure, router } from '@/server/api/trpc'
import { asDeadSecretCode, RecoveryError } from '@/server/core/errors'
import { locateInput, requestResetInput, resetPasswordInput, verifyCodeInput } from '@/server/core/schemas'
import { clearCookie, readCookie, setCookie } from '@/server/http/cookies'
import { maskEmail } from '@/server/recovery/disclosure'
import { type Flow, readFlow, sealFlow, unsealFlow } from '@/server/recovery/flow'
import { locateAccount } from '@/server/recovery/locate-account'
import { openLink, presentedSecret } from '@/server/recovery/open-link'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { verifyCode } from '@/server/recovery/verify-code'

function flowOf(ctx: ApiContext): Flow | null {
  const cookie = readCookie(ctx.headers, 'flow')
  return cookie ? unsealFlow(ctx.recovery.secrets, cookie) : null
}

export const recoveryRouter = router({
  /** What pages tell people of before they ask: how long things last, and whether accounts are shown. */
  terms: publicProcedure.query(({ ctx }) => {
    const { disclosure, linkTtlSeconds, codeTtlSeconds, sendCooldownSeconds, passwordMinLength } = ctx.recovery.policy
    return { disclosure, linkTtlSeconds, codeTtlSeconds, sendCooldownSeconds, passwordMinLength }
  }),

  /** Whom would a reset be for? By the disclosure policy; the address is always masked here. */
  locate: publicProcedure.input(locateInput).query(async ({ ctx, input }) => {
    const preview = await locateAccount(ctx.recovery, input)
    return ctx.recovery.policy.disclosure === 'reveal' ? { ...preview, email: maskEmail(preview.email) } : preview
  }),

  /** Asks for a mail. The answer is the same for every account that could exist, unless `reveal` is chosen. */
  request: publicProcedure.input(requestResetInput).mutation(async ({ ctx, input }) => {
    const { id: requestId } = await requestReset(ctx.recovery, input)
    setCookie(ctx.answer, 'flow', sealFlow(ctx.recovery.secrets, { requestId, account: input.account }))
    clearCookie(ctx.answer, 'notice')
    return { message: ANSWERS.resetRequested }
  }),

  /** Where this browser's recovery stands, or null when it has none under way. */
  flow: publicProcedure.query(async ({ ctx }) => {
    const flow = flowOf(ctx)
    return flow ? readFlow(ctx.recovery, flow) : null
  }),

  /** Takes the six digits of the mail; a right code lets this browser choose a new password. */
  verifyCode: publicProcedure.input(verifyCodeInput).mutation(async ({ ctx, input }) => {
    const account = input.account ?? flowOf(ctx)?.account
    if (!account) throw new RecoveryError('flow-missing')
    const { grant } = await verifyCode(ctx.recovery, { account, code: input.code })
    setCookie(ctx.answer, 'reset', grant)
    return { message: ANSWERS.codeAccepted }
  }),

  /** Is the link that this browser opened, or the grant it has earned, still live? Spends nothing. */
  linkState: publicProcedure.query(async ({ ctx }) => {
    const token = readCookie(ctx.headers, 'reset')
    if (!token) return { state: 'missing' as const }
    const presented = presentedSecret(token)
    try {
      const { expiresAt } = await openLink(ctx.recovery, presented)
      const passwordMinLength = ctx.recovery.policy.passwordMinLength
      const secret = presented.kind === 'grant' ? ('grant' as const) : ('link' as const)
      return { state: 'live' as const, secret, passwordMinLength, expiresAt: expiresAt.toISOString() }
    } catch (error) {
      if (!(error instanceof RecoveryError)) throw error
      if (error.code === 'too-many-requests') {
        return { state: error.code, retryAfterSeconds: error.details.retryAfterSeconds ?? 60 }
      }
      const dead = asDeadSecretCode(error.code)
      if (!dead) throw error
      return { state: dead }
    }
  }),

  /** Why this browser was sent back from a dead link, if it was. */
  notice: publicProcedure.query(({ ctx }) => asDeadSecretCode(readCookie(ctx.headers, 'notice'))),

  /** Chooses the new password, with the secret of the cookie or of the input. */
  resetPassword: publicProcedure.input(resetPasswordInput).mutation(async ({ ctx, input }) => {
    const secret = presentedSecret(input.token ?? readCookie(ctx.headers, 'reset') ?? '')
    await resetPassword(ctx.recovery, { secret, password: input.password })
    // The reset cookie stays: it opens nothing any more, and tells the back button why.
    clearCookie(ctx.answer, 'session')
    clearCookie(ctx.answer, 'flow')
    return { message: ANSWERS.passwordChanged }
  }),

  /** "This wasn't me", from the mail about a changed password. */
  secureAccount: publicProcedure.input(z.object({ token: z.string().max(4096) })).mutation(async ({ ctx, input }) => {
    await secureAccount(ctx.recovery, input)
    clearCookie(ctx.answer, 'session')
    return { message: ANSWERS.accountSecured }
  }),
})
