import { z } from 'zod'
import { endSessions, listSessions } from '@/server/accounts/sessions'
import { ANSWERS } from '@/server/api/answers'
import { router, signedInProcedure } from '@/server/api/trpc'
import { listSecurityEvents } from '@/server/audit/list-security-events'
import { identifierSchema } from '@/server/core/schemas'
import { setCookie } from '@/server/http/cookies'
import { findSuppression } from '@/server/mail/suppressions'
import { sealFlow } from '@/server/recovery/flow'
import { requestReset } from '@/server/recovery/request-reset'

export const accountRouter = router({
  /** Mails a reset link to the signed-in account's own address. */
  requestReset: signedInProcedure.mutation(async ({ ctx }) => {
    const { userId, email } = ctx.current
    const { id: requestId } = await requestReset(ctx.recovery, { userId, email })
    const account = identifierSchema.safeParse(email)
    if (account.success)
      setCookie(ctx.answer, 'flow', sealFlow(ctx.recovery.secrets, { requestId, account: account.data }))
    return { message: ANSWERS.resetRequested }
  }),

  sessions: signedInProcedure.query(async ({ ctx }) => {
    const sessions = await listSessions(ctx.recovery, ctx.current.userId)
    return sessions.map((session) => ({
      id: session.id,
      current: session.id === ctx.current.sessionId,
      device: session.device,
      createdAt: session.createdAt.toISOString(),
      lastSeenAt: session.lastSeenAt.toISOString(),
    }))
  }),

  endSession: signedInProcedure.input(z.object({ id: z.uuid() })).mutation(async ({ ctx, input }) => {
    await endSessions(ctx.recovery, ctx.current.userId, { only: input.id })
    return { message: ANSWERS.sessionEnded }
  }),

  endOtherSessions: signedInProcedure.mutation(async ({ ctx }) => {
    await endSessions(ctx.recovery, ctx.current.userId, { allBut: ctx.current.sessionId })
    return { message: ANSWERS.sessionsEnded }
  }),

  /** Why the account's present address is not mailed any more, and since when; null while it is. */
  suppression: signedInProcedure.query(async ({ ctx }) => {
    const problem = await findSuppression(ctx.recovery, ctx.current.userId)
    return problem && { kind: problem.kind, since: problem.since.toISOString() }
  }),

  securityEvents: signedInProcedure.query(async ({ ctx }) => {
    const events = await listSecurityEvents(ctx.recovery, ctx.current.userId)
    return events.map(({ at, ...event }) => ({ ...event, at: at.toISOString() }))
  }),
})
