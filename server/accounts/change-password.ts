import { sql } from '@/server/db/sql'
import { materializedStep, type Step } from '@/server/db/statement'

/**
 * Steps that change an account through the functions of the account directory. The functions run only for rows that
 * the statement's own query reads, so it must read from `ended_sessions`.
 */

/**
 * Stores a new password hash for the accounts of another step, which has their `id`, in its native type.
 * Keeps that step's columns, and only the rows whose account still exists.
 */
export function changePassword(accounts: Step, passwordHash: string): [stored: Step, changed: Step] {
  const stored = materializedStep(
    'stored_password',
    sql`select *, latchkey.set_password(id, ${passwordHash}) as is_stored from ${accounts}`,
  )
  return [stored, materializedStep('changed_account', sql`select * from ${stored} where is_stored`)]
}

/** Ends the sessions of the accounts of another step, as far as the application keeps them in its database. */
export const endSessionsOf = (accounts: Step): Step =>
  materializedStep('ended_sessions', sql`select latchkey.end_sessions(id) as ended from ${accounts}`)
