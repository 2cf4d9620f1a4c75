import { messages } from '@/messages/en'
import { endSessions } from '@/server/accounts/sessions'
import { signIn } from '@/server/accounts/sign-in'
import { publicProcedure, router } from '@/server/api/trpc'
import { clearCookie, setCookie } from '@/server/cookies'
import { signInInput } from '@/server/recovery/schemas'

export const sessionRouter = router({
  signIn: publicProcedure.input(signInInput).mutation(async ({ ctx, input }) => {
    const { token, account } = await signIn(ctx.recovery, input)
    setCookie(ctx.answer, 'session', token)
    return account
  }),

  signOut: publicProcedure.mutation(async ({ ctx }) => {
    const session = await ctx.session()
    if (session) await endSessions(ctx.recovery, session.userId, { only: session.sessionId })
    clearCookie(ctx.answer, 'session')
    return { message: messages.api.signedOut }
  }),

  current: publicProcedure.query(async ({ ctx }) => {
    const session = await ctx.session()
    if (!session) return null
    const { email, username, fullName, picture } = session
    return { email, username, fullName, picture }
  }),
})
