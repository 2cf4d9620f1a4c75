import { endSessions } from '@/server/accounts/own/end-sessions'
import { signIn } from '@/server/accounts/own/sign-in'
import { signInInput } from '@/server/core/schemas'
import { clearCookie, readCookie, setCookie } from '@/server/http/cookies'
import { ANSWERS } from './answers'
import { message, ownAccount } from './output'
import { ownAccountsProcedure, publicProcedure, router } from './trpc'

export const sessionRouter = router({
  signIn: ownAccountsProcedure
    .meta({ summary: 'Sign in. Sets the session cookie and the device cookie' })
    .input(signInInput)
    .output(ownAccount)
    .mutation(async ({ ctx, input }) => {
      const given = { ...input, deviceCookie: readCookie(ctx.headers, 'device') }
      const { token, deviceCookie, account } = await signIn(ctx.recovery, given)
      setCookie(ctx.answer, 'session', token)
      setCookie(ctx.answer, 'device', deviceCookie)
      return account
    }),

  signOut: publicProcedure
    .meta({ summary: 'Sign out' })
    .output(message(ANSWERS.signedOut))
    .mutation(async ({ ctx }) => {
      const session = await ctx.session()
      if (session) await endSessions(ctx.recovery, session.accountId, { only: session.sessionId })
      clearCookie(ctx.answer, 'session')
      return { message: ANSWERS.signedOut }
    }),

  current: publicProcedure
    .meta({ summary: 'The account that is signed in, or null' })
    .output(ownAccount.nullable())
    .query(async ({ ctx }) => {
      const session = await ctx.session()
      if (!session) return null
      const { email, username, fullName, picture } = session
      return { email, username, fullName, picture }
    }),
})
