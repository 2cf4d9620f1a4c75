import { z } from 'zod'
import { asDeadSecretCode, RecoveryError } from '@/server/core/errors'
import { locateInput, requestResetInput, resetPasswordInput, verifyCodeInput } from '@/server/core/schemas'
import { clearCookie, readCookie, setCookie } from '@/server/http/cookies'
import { maskPreview } from '@/server/recovery/disclosure'
import { presentedSecret } from '@/server/recovery/find-live-secret'
import { sealFlow } from '@/server/recovery/flow'
import { locateAccount } from '@/server/recovery/locate-account'
import { readFlow } from '@/server/recovery/read-flow'
import { readPauses } from '@/server/recovery/read-pauses'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { allowEmails, stopEmails } from '@/server/recovery/stop-emails'
import { verifyCode } from '@/server/recovery/verify-code'
import { ANSWERS } from './answers'
import { emailedToken, emailedTokenInput, readForm } from './emailed-token'
import { flowOf } from './flow-of'
import { boundSecret, linkStateOutput, readLinkState } from './link-state'
import { deadSecretCode, formBinding, message, seconds, time } from './output'
import { publicProcedure, router } from './trpc'

const termsOutput = z.object({
  disclosure: z.enum(['conceal', 'reveal']),
  linkTtlSeconds: seconds,
  codeTtlSeconds: seconds,
  sendCooldownSeconds: seconds,
  passwordMinLength: z.int(),
})

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

  pauses: publicProcedure
    .meta({ summary: 'What is paused for everyone: codes, links, or all recovery' })
    .output(z.array(z.enum(['all', 'codes', 'links'])))
    .query(({ ctx }) => readPauses(ctx.recovery)),

  flow: publicProcedure
    .meta({ summary: 'The state of the reset that this browser requested, by its flow cookie, or null' })
    .output(
      z
        .object({ account: z.string(), resendInSeconds: seconds, blockedSeconds: seconds, codesOff: z.boolean() })
        .nullable(),
    )
    .query(async ({ ctx }) => {
      const flow = flowOf(ctx)
      return flow ? readFlow(ctx.recovery, flow) : null
    }),

  verifyCode: publicProcedure
    .meta({ summary: 'Check a code, for `account` or the account of the flow cookie. Sets the reset cookie' })
    .input(verifyCodeInput)
    .output(message(ANSWERS.codeAccepted))
    .mutation(async ({ ctx, input }) => {
      const flow = input.account === undefined ? flowOf(ctx) : null
      const account = input.account ?? flow?.account
      if (!account) throw new RecoveryError('flow-missing')
      const { grant } = await verifyCode(ctx.recovery, { account, code: input.code, requestId: flow?.requestId })
      setCookie(ctx.answer, 'reset', grant)
      return { message: ANSWERS.codeAccepted }
    }),

  linkState: publicProcedure
    .meta({
      summary: 'Whether the link or grant in the reset cookie still works, and for which account. Spends nothing',
    })
    .output(linkStateOutput)
    .query(({ ctx }) => readLinkState(ctx)),

  notice: publicProcedure
    .meta({ summary: 'Why the last emailed link that this browser opened was refused, or null' })
    .output(deadSecretCode.nullable())
    .query(({ ctx }) => asDeadSecretCode(readCookie(ctx.headers, 'notice'))),

  resetPassword: publicProcedure
    .meta({
      summary:
        'Set a new password, with `token`, or with the link or grant in the reset cookie and the `binding` of the form',
    })
    .input(resetPasswordInput)
    .output(message(ANSWERS.passwordChanged))
    .mutation(async ({ ctx, input }) => {
      const { token, binding, password } = input
      const secret = token === undefined ? await boundSecret(ctx, binding) : presentedSecret(token)
      // A binding is only in a form that was shown while the secret worked.
      const acceptRepeat = token === undefined && binding !== undefined
      await resetPassword(ctx.recovery, { secret, password, acceptRepeat })
      // The reset cookie stays: it opens nothing now, and after "Back" the page can say why.
      clearCookie(ctx.answer, 'session')
      clearCookie(ctx.answer, 'flow')
      return { message: ANSWERS.passwordChanged }
    }),

  secureAccountForm: publicProcedure
    .meta({ summary: 'The binding of the form to secure an account, if this browser has opened a link to it, or null' })
    .output(z.object({ binding: formBinding }).nullable())
    .query(({ ctx }) => readForm(ctx, 'secure-account')),

  secureAccount: publicProcedure
    .meta({
      summary:
        'Secure an account, with the token of the "Your password was changed" email, or the opened link and the `binding` of its form',
    })
    .input(emailedTokenInput)
    .output(
      z.object({ message: z.enum([ANSWERS.accountSecured, ANSWERS.accountSecuredWithoutEmail]), emailed: z.boolean() }),
    )
    .mutation(async ({ ctx, input }) => {
      const token = emailedToken(ctx, 'secure-account', input)
      const { emailed } = await secureAccount(ctx.recovery, { token })
      if (input.token === undefined) clearCookie(ctx.answer, 'secure-account')
      clearCookie(ctx.answer, 'session')
      return { message: emailed ? ANSWERS.accountSecured : ANSWERS.accountSecuredWithoutEmail, emailed }
    }),

  stopEmailsForm: publicProcedure
    .meta({ summary: 'The binding of the form to stop reset emails, if this browser has opened a link to it, or null' })
    .output(z.object({ binding: formBinding }).nullable())
    .query(({ ctx }) => readForm(ctx, 'stop-emails')),

  stopEmails: publicProcedure
    .meta({
      summary:
        'Stop reset emails to their owner for 24 hours, with the token of one, or the opened link and the `binding` of its form',
    })
    .input(emailedTokenInput)
    .output(z.object({ until: time }))
    .mutation(async ({ ctx, input }) => {
      // The cookie stays, so that the page can take it back.
      const { until } = await stopEmails(ctx.recovery, { token: emailedToken(ctx, 'stop-emails', input) })
      return { until: until.toISOString() }
    }),

  allowEmails: publicProcedure
    .meta({ summary: 'Allow reset emails that were stopped, with the same token or link' })
    .input(emailedTokenInput)
    .output(message(ANSWERS.emailsAllowed))
    .mutation(async ({ ctx, input }) => {
      await allowEmails(ctx.recovery, { token: emailedToken(ctx, 'stop-emails', input) })
      if (input.token === undefined) clearCookie(ctx.answer, 'stop-emails')
      return { message: ANSWERS.emailsAllowed }
    }),
})
