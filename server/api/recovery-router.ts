import { z } from 'zod'
import { asDeadSecretCode, RecoveryError } from '@/server/core/errors'
import { locateInput, requestResetInput, resetPasswordInput, verifyCodeInput } from '@/server/core/schemas'
import { clearCookie, readCookie, setCookie } from '@/server/http/cookies'
import { maskPreview } from '@/server/recovery/disclosure'
import { presentedSecret } from '@/server/recovery/find-live-secret'
import { type Flow, sealFlow, unsealFlow } from '@/server/recovery/flow'
import { locateAccount } from '@/server/recovery/locate-account'
import { readFlow } from '@/server/recovery/read-flow'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { showResetForm } from '@/server/recovery/show-reset-form'
import { verifyCode } from '@/server/recovery/verify-code'
import { ANSWERS } from './answers'
import type { ApiContext } from './context'
import { deadSecretCode, message, seconds, time } from './output'
import { publicProcedure, router } from './trpc'

function flowOf(ctx: ApiContext): Flow | null {
  const cookie = readCookie(ctx.headers, 'flow')
  return cookie ? unsealFlow(ctx.recovery.secrets, cookie) : null
}

const termsOutput = z.object({
  disclosure: z.enum(['conceal', 'reveal']),
  linkTtlSeconds: seconds,
  codeTtlSeconds: seconds,
  sendCooldownSeconds: seconds,
  passwordMinLength: z.int(),
})

const linkStateOutput = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('live'),
    secret: z.enum(['grant', 'link']),
    passwordMinLength: z.int(),
    expiresAt: time,
  }),
  z.object({ state: z.literal('missing') }),
  z.object({ state: z.literal('too-many-requests'), retryAfterSeconds: z.int() }),
  z.object({ state: deadSecretCode }),
])

export const recoveryRouter = router({
  terms: publicProcedure
    .meta({ summary: 'The lifetimes of links and codes, the cooldown, and whether accounts are revealed' })
    .output(termsOutput)
    .query(({ ctx }) => {
      const { disclosure, linkTtlSeconds, codeTtlSeconds, sendCooldownSeconds, passwordMinLength } = ctx.recovery.policy
      return { disclosure, linkTtlSeconds, codeTtlSeconds, sendCooldownSeconds, passwordMinLength }
    }),

  /** The contract `secure` shows the whole address under `reveal`; the pages never do. */
  locate: publicProcedure
    .meta({ summary: 'The account that a reset would be for. The address is always masked' })
    .input(locateInput)
    .output(z.object({ email: z.string(), fullName: z.string(), picture: z.string() }))
    .query(async ({ ctx, input }) => maskPreview(ctx.recovery, await locateAccount(ctx.recovery, input))),

  request: publicProcedure
    .meta({ summary: 'Email a reset link and a code. Sets the flow cookie' })
    .input(requestResetInput)
    .output(message(ANSWERS.resetRequested))
    .mutation(async ({ ctx, input }) => {
      const { id: requestId } = await requestReset(ctx.recovery, input)
      setCookie(ctx.answer, 'flow', sealFlow(ctx.recovery.secrets, { requestId, account: input.account }))
      clearCookie(ctx.answer, 'notice')
      return { message: ANSWERS.resetRequested }
    }),

  flow: publicProcedure
    .meta({ summary: 'The state of the reset that this browser requested, by its flow cookie, or null' })
    .output(z.object({ account: z.string(), resendInSeconds: seconds, blockedSeconds: seconds }).nullable())
    .query(async ({ ctx }) => {
      const flow = flowOf(ctx)
      return flow ? readFlow(ctx.recovery, flow) : null
    }),

  verifyCode: publicProcedure
    .meta({ summary: 'Check a code, for `account` or the account of the flow cookie. Sets the reset cookie' })
    .input(verifyCodeInput)
    .output(message(ANSWERS.codeAccepted))
    .mutation(async ({ ctx, input }) => {
      const account = input.account ?? flowOf(ctx)?.account
      if (!account) throw new RecoveryError('flow-missing')
      const { grant } = await verifyCode(ctx.recovery, { account, code: input.code })
      setCookie(ctx.answer, 'reset', grant)
      return { message: ANSWERS.codeAccepted }
    }),

  linkState: publicProcedure
    .meta({ summary: 'Whether the link or grant in the reset cookie still works. Spends nothing' })
    .output(linkStateOutput)
    .query(async ({ ctx }) => {
      const token = readCookie(ctx.headers, 'reset')
      if (!token) return { state: 'missing' }
      const presented = presentedSecret(token)
      try {
        const { expiresAt } = await showResetForm(ctx.recovery, presented)
        return {
          state: 'live',
          secret: presented.kind === 'grant' ? 'grant' : 'link',
          passwordMinLength: ctx.recovery.policy.passwordMinLength,
          expiresAt: expiresAt.toISOString(),
        }
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

  notice: publicProcedure
    .meta({ summary: 'Why the last emailed link that this browser opened was refused, or null' })
    .output(deadSecretCode.nullable())
    .query(({ ctx }) => asDeadSecretCode(readCookie(ctx.headers, 'notice'))),

  resetPassword: publicProcedure
    .meta({ summary: 'Set a new password, with `token` or the link or grant in the reset cookie' })
    .input(resetPasswordInput)
    .output(message(ANSWERS.passwordChanged))
    .mutation(async ({ ctx, input }) => {
      const secret = presentedSecret(input.token ?? readCookie(ctx.headers, 'reset') ?? '')
      await resetPassword(ctx.recovery, { secret, password: input.password })
      // The reset cookie stays: it opens nothing now, and after "Back" the page can say why.
      clearCookie(ctx.answer, 'session')
      clearCookie(ctx.answer, 'flow')
      return { message: ANSWERS.passwordChanged }
    }),

  secureAccount: publicProcedure
    .meta({ summary: 'Secure an account, with the token of the "Your password was changed" email' })
    .input(z.object({ token: z.string().max(4096) }))
    .output(
      z.object({ message: z.enum([ANSWERS.accountSecured, ANSWERS.accountSecuredWithoutEmail]), emailed: z.boolean() }),
    )
    .mutation(async ({ ctx, input }) => {
      const { emailed } = await secureAccount(ctx.recovery, input)
      clearCookie(ctx.answer, 'session')
      return { message: emailed ? ANSWERS.accountSecured : ANSWERS.accountSecuredWithoutEmail, emailed }
    }),
})
