import { randomBytes } from 'node:crypto'
import { hashPassword } from '@/server/accounts/password-hash'
import type { Database } from '@/server/db/client'
import * as schema from '@/server/db/schema'

export const PASSWORD = 'correct horse battery staple'
export const OTHER_PASSWORD = 'a very different passphrase'

let knownHash: Promise<string> | undefined

export type TestAccount = Awaited<ReturnType<typeof addTestAccount>>

/** Adds an account with a random username and email address. Its password is PASSWORD. */
export async function addTestAccount(db: Database, given: Partial<typeof schema.users.$inferInsert> = {}) {
  knownHash ??= hashPassword({ passwordHash: 'argon2id' }, PASSWORD)
  const name = `user${randomBytes(6).toString('hex')}`
  const account = { email: `${name}@example.com`, username: name, fullName: 'Ada Example', ...given }
  const [row] = await db
    .insert(schema.users)
    .values({ passwordHash: await knownHash, ...account })
    .returning()
  return row as typeof schema.users.$inferSelect
}
