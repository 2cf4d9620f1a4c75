import { randomBytes } from 'node:crypto'
import { hashPassword } from '@/server/accounts/password-hash'
import type { Database } from '@/server/db/client'
import { users } from '@/server/db/schema'

/** An account that belongs to one test. */
export interface TestAccount {
  email: string
  username: string
  fullName: string
  password: string
}

export const PASSWORD = 'walnut bicycle north 7'
export const NEW_PASSWORD = 'plum river lantern 42'

/** A username that no account has, always of the same length so that pages lay it out alike. */
export const newUsername = () => `robin${randomBytes(6).toString('hex')}`

let passwordHash: Promise<string> | undefined

/** Inserts an account whose password is PASSWORD. The password is hashed once for all accounts of a process. */
export async function insertAccount(db: Database, fullName = 'Robin Reader'): Promise<TestAccount> {
  passwordHash ??= hashPassword({ passwordHash: 'argon2id' }, PASSWORD)
  const username = newUsername()
  const account = { email: `${username}@example.com`, username, fullName }
  await db.insert(users).values({ ...account, passwordHash: await passwordHash })
  return { ...account, password: PASSWORD }
}
