import { randomBytes } from 'node:crypto'
import { instantParam } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'

export const SESSION_TTL_SECONDS = 30 * 24 * 3600

/** A new session token: 256 random bits, base64url. The database stores its digest. */
export const newSessionToken = (): string => randomBytes(32).toString('base64url')

/** A condition on a row `u` of `users`: the account is in use. */
export const isActiveUser = sql.raw('u.deactivated_at is null')

/** A condition on a session `s` and its account `u`: it has not expired, and the password has not changed since. */
export const isLiveSession = (now: Date): SQL =>
  sql`s.expires_at > ${instantParam(now)} and s.password_version = u.password_version and ${isActiveUser}`
