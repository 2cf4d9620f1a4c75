import { z } from 'zod'
import { messages } from '@/messages/en'
import { clearCookie, readCookie, setCookie } from '@/server/cookies'
import { disownChange } from '@/server/recovery/disown-change'
import { RecoveryError } from '@/server/recovery/errors'
import { openLink } from '@/server/recovery/open-link'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { requestResetInput, resetPasswordInput } from '@/server/recovery/schemas'
import { signedIdOf } from '@/server/recovery/secrets'
import { publicProcedure, router } from '@/server/api/trpc'

const DEAD_LINKS = ['link-unknown', 'link-expired', 'link-used', 'link-superseded'] as const
type DeadLink = (typeof DEAD_LINKS)[number]

const asDeadLink = (code: string | null): DeadLink | null => DEAD_LINKS.find((dead) => dead === code) ?? null

export const recoveryRouter = router({
  /** Asks for a mail. The answer is the same for every account that could exist, unless `reveal` is chosen. */
  request: publicProcedure.input(requestResetInput).mutation(async ({ ctx, input }) => {
    const { id } = await requestReset(ctx.recovery, input)
    setCookie(ctx.answer, 'flow', signedIdOf(ctx.recovery.secrets[0], 'flow', id))
    clearCookie(ctx.answer, 'notice')
    return { message: messages.api.resetRequested }
  }),

  /** Is the link that this browser opened still live? Spends nothing. */
  linkState: publicProcedure.query(async ({ ctx }) => {
    const linkToken = readCookie(ctx.headers, 'reset')
    if (!linkToken) return { state: 'missing' as const }
    try {
      const { expiresAt } = await openLink(ctx.recovery, { linkToken })
      const passwordMinLength = ctx.recovery.policy.passwordMinLength
      return { state: 'live' as const, passwordMinLength, expiresAt: expiresAt.toISOString() }
    } catch (error) {
      const dead = error instanceof RecoveryError ? asDeadLink(error.code) : null
      if (!dead) throw error
      return { state: dead }
    }
  }),

  /** Why this browser was sent back from a dead link, if it was. */
  notice: publicProcedure.query(({ ctx }) => asDeadLink(readCookie(ctx.headers, 'notice'))),

  /** Chooses the new password, with the secret of the cookie or of the input. */
  resetPassword: publicProcedure.input(resetPasswordInput).mutation(async ({ ctx, input }) => {
    const linkToken = input.token ?? readCookie(ctx.headers, 'reset') ?? ''
    await resetPassword(ctx.recovery, { secret: { linkToken }, password: input.password })
    // The link cookie stays: it opens nothing any more, and tells the back button why.
    clearCookie(ctx.answer, 'session')
    clearCookie(ctx.answer, 'flow')
    return { message: messages.api.passwordChanged }
  }),

  /** "This wasn't me", from the mail about a changed password. */
  disownChange: publicProcedure.input(z.object({ token: z.string().max(4096) })).mutation(async ({ ctx, input }) => {
    await disownChange(ctx.recovery, input)
    clearCookie(ctx.answer, 'session')
    return { message: messages.api.changeDisowned }
  }),
})
