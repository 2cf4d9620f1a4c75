import { type Identifier, identifierSchema, newPasswordSchema } from '@/server/core/schemas'
import { type Database, isUniqueViolation } from '@/server/db/client'
import { users } from '@/server/db/schema'
import { hashPassword } from './password-hash'
import { checkNewPassword } from './password-policy'

export interface NewAccount {
  email: string
  username: string
  fullName: string
  password: string
}

/** Why an account cannot be added; the message says what to do and holds no password. */
export class AccountError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AccountError'
  }
}

/**
 * Adds an account, under the same rules that a person's own choice of password has.
 * @throws AccountError for a malformed or taken address or username; RecoveryError `password-*`.
 */
export async function addAccount(db: Database, account: NewAccount, minLength = 8): Promise<{ id: string }> {
  const email = parseIdentifier(account.email, 'email', true)
  const username = parseIdentifier(account.username, 'username', false)
  const password = newPasswordSchema.parse(account.password)
  const fullName = account.fullName.trim()
  checkNewPassword(password, { email, username, fullName }, minLength)
  try {
    const [added] = await db
      .insert(users)
      .values({ email, username, fullName, passwordHash: await hashPassword(password) })
      .returning({ id: users.id })
    return added as { id: string }
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AccountError(`An account with email ${email} or username ${username} exists already.`)
    throw error
  }
}

function parseIdentifier(typed: string, field: 'email' | 'username', isEmail: boolean): Identifier {
  const parsed = identifierSchema.safeParse(typed)
  if (parsed.success && parsed.data.includes('@') === isEmail) return parsed.data
  throw new AccountError(
    isEmail ? `"${typed}" is not an email address.` : `"${typed}" is not a ${field}: letters, digits and . _ + - only.`,
  )
}
