import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { type Identifier, identifierSchema } from '@/server/core/schemas'
import { type SecretRing, sameBytes } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { statementOf } from '@/server/db/statement'
import { cooldownSecondsLeft } from './cooldown'
import { blockedSeconds, lockoutSubjects } from './lockout'

/**
 * A browser's recovery under way: the request it made, and the identifier it typed. The browser keeps both in a
 * signed HttpOnly cookie. The server forgets the identifier as soon as the worker has processed the request.
 */
export interface Flow {
  requestId: string
  account: Identifier
}

const signature = (secret: string, body: string) =>
  createHmac('sha256', secret).update(`latchkey flow ${body}`).digest()

/** Encodes and signs a flow as the value of a cookie. */
export function sealFlow(secrets: SecretRing, flow: Flow): string {
  const body = Buffer.from(JSON.stringify([flow.requestId, flow.account])).toString('base64url')
  return `${body}.${signature(secrets[0], body).toString('base64url')}`
}

/** Reads the value of a flow cookie, or null when no secret of the ring has signed it. */
export function unsealFlow(secrets: SecretRing, value: string): Flow | null {
  const [body = '', signed = ''] = value.split('.')
  const given = Buffer.from(signed, 'base64url')
  if (!secrets.some((secret) => sameBytes(signature(secret, body), given))) return null
  const [requestId, account] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string]
  return { requestId, account: identifierSchema.parse(account) }
}

export interface FlowState {
  account: Identifier
  /** Whole seconds until another email may be requested; 0 when it may. */
  resendInSeconds: number
  /** Whole seconds that code entry is still blocked; 0 when it is not. */
  blockedSeconds: number
}

/**
 * Reads how far a flow is; the same for accounts that exist and those that do not. One statement.
 * @returns null when the request is unknown, or older than a link lives
 */
export async function readFlow(ctx: RecoveryContext, flow: Flow): Promise<FlowState | null> {
  const subjects = lockoutSubjects(ctx, flow.account)
  const oldest = instantParam(secondsAfter(ctx.now, -ctx.policy.linkTtlSeconds))
  const [row] = await runStatement<{ createdAt: Date; blockedUntil: Date | null }>(
    ctx.db,
    statementOf(
      subjects.steps,
      sql`select created_at as "createdAt", (
        select blocked_until from code_lockouts join ${subjects.visible} using (subject)
      ) as "blockedUntil"
      from mail_outbox where id = ${flow.requestId}::uuid and created_at > ${oldest}`,
    ),
  )
  if (!row) return null
  return {
    account: flow.account,
    resendInSeconds: cooldownSecondsLeft(ctx, row.createdAt),
    blockedSeconds: blockedSeconds(ctx, row.blockedUntil),
  }
}
