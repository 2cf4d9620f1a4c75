import { findSession, type SessionAccount } from '@/server/accounts/own/find-session'
import type { RecoveryContext } from '@/server/core/context'
import { env } from '@/server/env'

/**
 * The session of a caller, or null. With `ACCOUNTS=external` there are none: people sign in at the application, and the
 * servers' role may not even read the tables of own accounts.
 */
export const currentSession = async (ctx: RecoveryContext, token: string | null): Promise<SessionAccount | null> =>
  token && env().accounts === 'own' ? findSession(ctx, token) : null
