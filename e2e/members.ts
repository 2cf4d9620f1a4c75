import type { RecoveryContext } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import type { AccountValues } from '@/server/testing/account-fixture'
import { legacyMembers } from '@/server/testing/legacy-members'
import { newUsername, PASSWORD, type TestAccount } from './accounts'

export type Member = TestAccount & { id: string }

/** Adds an account of another application, whose password is PASSWORD. */
export async function insertMember(db: Database, given: AccountValues = {}): Promise<Member> {
  const username = newUsername()
  const names = { email: `${username}@example.com`, username, fullName: 'Robin Reader' }
  const passwordHash = await legacyMembers.hash(PASSWORD)
  const [member] = await legacyMembers.add(db, [{ ...names, passwordHash, ...given }])
  return { ...(member as NonNullable<typeof member>), password: PASSWORD }
}

/** Signs in to the other application. Returns the session token, which is empty when the sign-in is refused. */
export function signInAsMember(db: Database, username: string, password: string): Promise<string> {
  const ctx = { db, policy: { passwordHash: 'bcrypt' } } as RecoveryContext
  return legacyMembers.signIn(ctx, { email: '', username }, password).catch(() => '')
}

/** Whether a session of the other application is open. */
export const isMemberSignedIn = (db: Database, token: string): Promise<boolean> =>
  legacyMembers.isSessionOpen({ db } as RecoveryContext, token)
