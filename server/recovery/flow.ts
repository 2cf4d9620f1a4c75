import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { type Identifier, identifierSchema } from '@/server/core/schemas'
import { type SecretRing, sameBytes } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { lockoutDigestOf, lockoutSubjects } from './lockout'

/**
 * What a browser was doing: which request it made, and for what it typed. The request is a row; the browser
 * holds this, signed, in an HttpOnly cookie. What was typed stands nowhere else once the worker has seen it.
 */
export interface Flow {
  requestId: string
  account: Identifier
}

const signature = (secret: string, body: string) =>
  createHmac('sha256', secret).update(`latchkey flow ${body}`).digest()

/** A flow as a cookie's value. */
export function sealFlow(secrets: SecretRing, flow: Flow): string {
  const body = Buffer.from(JSON.stringify([flow.requestId, flow.account])).toString('base64url')
  return `${body}.${signature(secrets[0], body).toString('base64url')}`
}

/** The flow in a cookie's value, or null for one that this app did not make. */
export function unsealFlow(secrets: SecretRing, value: string): Flow | null {
  const [body = '', signed = ''] = value.split('.')
  const given = Buffer.from(signed, 'base64url')
  if (!secrets.some((secret) => sameBytes(signature(secret, body), given))) return null
  const [requestId, account] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string]
  return { requestId, account: identifierSchema.parse(account) }
}

export interface FlowState {
  account: Identifier
  /** Whole seconds until another mail may be asked for; 0 when it may. */
  resendInSeconds: number
  /** Whole seconds that code entry is still blocked; 0 when it is not. */
  blockedSeconds: number
}

/** Where a browser's recovery stands; the same for accounts that exist and those that do not. One statement. */
export async function readFlow(ctx: RecoveryContext, flow: Flow): Promise<FlowState | null> {
  const digest = lockoutDigestOf(ctx.secrets, flow.account)
  const [row] = await runStatement<{ createdAt: string; blockedUntil: string | null }>(
    ctx.db,
    sql`with ${lockoutSubjects(flow.account, digest, ctx.policy.disclosure)}
    select created_at as "createdAt",
      (select blocked_until from code_lockouts, shown where subject = shown.name) as "blockedUntil"
    from mail_outbox where id = ${flow.requestId}::uuid and created_at > ${instantParam(secondsAfter(ctx.now, -ctx.policy.linkTtlSeconds))}`,
  )
  if (!row) return null
  const secondsUntil = (at: Date) => Math.max(0, Math.ceil((at.getTime() - ctx.now.getTime()) / 1000))
  return {
    account: flow.account,
    resendInSeconds: secondsUntil(secondsAfter(new Date(row.createdAt), ctx.policy.sendCooldownSeconds)),
    blockedSeconds: row.blockedUntil ? secondsUntil(new Date(row.blockedUntil)) : 0,
  }
}
