import { z } from 'zod'
import { endSessions } from '@/server/accounts/own/end-sessions'
import { listSessions } from '@/server/accounts/own/list-sessions'
import { listSecurityEvents, SECURITY_EVENT_KINDS } from '@/server/audit/list-security-events'
import { identifierSchema } from '@/server/core/schemas'
import { setCookie } from '@/server/http/cookies'
import { findSuppression, SUPPRESSION_KINDS } from '@/server/mail/suppressions'
import { sealFlow } from '@/server/recovery/flow'
import { requestReset } from '@/server/recovery/request-reset'
import { ANSWERS } from './answers'
import { id, message, time } from './output'
import { router, signedInProcedure } from './trpc'

const device = z.string().nullable()

export const accountRouter = router({
  requestReset: signedInProcedure
    .meta({ summary: "Email a reset link and a code to the signed-in account's own address. Sets the flow cookie" })
    .output(message(ANSWERS.resetRequested))
    .mutation(async ({ ctx }) => {
      const { accountId, email } = ctx.current
      const { id: requestId } = await requestReset(ctx.recovery, { accountId, email })
      const account = identifierSchema.safeParse(email)
      if (account.success)
        setCookie(ctx.answer, 'flow', sealFlow(ctx.recovery.secrets, { requestId, account: account.data }))
      return { message: ANSWERS.resetRequested }
    }),

  sessions: signedInProcedure
    .meta({ summary: 'The sessions of the account, most recently used first' })
    .output(z.array(z.object({ id, current: z.boolean(), device, createdAt: time, lastSeenAt: time })))
    .query(async ({ ctx }) => {
      const sessions = await listSessions(ctx.recovery, ctx.current.accountId)
      return sessions.map((session) => ({
        id: session.id,
        current: session.id === ctx.current.sessionId,
        device: session.device,
        createdAt: session.createdAt.toISOString(),
        lastSeenAt: session.lastSeenAt.toISOString(),
      }))
    }),

  endSession: signedInProcedure
    .meta({ summary: 'End one session of the account' })
    .input(z.object({ id: z.uuid() }))
    .output(message(ANSWERS.sessionEnded))
    .mutation(async ({ ctx, input }) => {
      await endSessions(ctx.recovery, ctx.current.accountId, { only: input.id })
      return { message: ANSWERS.sessionEnded }
    }),

  endOtherSessions: signedInProcedure
    .meta({ summary: 'End all sessions of the account except this one' })
    .output(message(ANSWERS.sessionsEnded))
    .mutation(async ({ ctx }) => {
      await endSessions(ctx.recovery, ctx.current.accountId, { allBut: ctx.current.sessionId })
      return { message: ANSWERS.sessionsEnded }
    }),

  suppression: signedInProcedure
    .meta({
      summary: "Why no email is sent to the account's current address, and since when, or null if email is sent",
    })
    .output(z.object({ kind: z.enum(SUPPRESSION_KINDS), since: time }).nullable())
    .query(async ({ ctx }) => {
      const suppression = await findSuppression(ctx.recovery, ctx.current.accountId)
      return suppression && { kind: suppression.kind, since: suppression.since.toISOString() }
    }),

  securityEvents: signedInProcedure
    .meta({ summary: 'The latest security events of the account, newest first' })
    .output(z.array(z.object({ id, kind: z.enum(SECURITY_EVENT_KINDS), device, at: time })))
    .query(async ({ ctx }) => {
      const events = await listSecurityEvents(ctx.recovery, ctx.current.accountId)
      return events.map((event) => ({ ...event, at: event.at.toISOString() }))
    }),
})
