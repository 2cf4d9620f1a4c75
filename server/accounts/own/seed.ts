import { hashPassword } from '@/server/accounts/password-hash'
import { createDatabase } from '@/server/db/client'
import { users } from '@/server/db/schema'

/** The demo accounts of an embedded database. */
export const DEMO_ACCOUNTS = [
  { email: 'john@example.com', username: 'john', fullName: 'John Example' },
  { email: 'jane@example.com', username: 'jane', fullName: 'Jane Example' },
] as const

/**
 * Adds the demo accounts. Those that exist are left as they are, with their present passwords.
 * @param password the password of every account that is added
 * @returns `present` when all of them existed
 */
export async function seedDemoAccounts(databaseUrl: string, password: string): Promise<'seeded' | 'present'> {
  const { db, close } = createDatabase(databaseUrl, { maxConnections: 1 })
  try {
    const passwordHash = await hashPassword({ passwordHash: 'argon2id' }, password)
    const added = await db
      .insert(users)
      .values(DEMO_ACCOUNTS.map((account) => ({ ...account, passwordHash })))
      .onConflictDoNothing()
      .returning({ id: users.id })
    return added.length > 0 ? 'seeded' : 'present'
  } finally {
    await close()
  }
}
