import { hashPassword } from '@/server/accounts/password-hash'
import { acceptNewPassword, DEFAULT_PASSWORD_POLICY } from '@/server/accounts/password-policy'
import type { RecoveryContext } from '@/server/core/context'
import { type Identifier, identifierSchema, newPasswordSchema } from '@/server/core/schemas'
import { type Database, isUniqueViolation } from '@/server/db/client'
import { users } from '@/server/db/schema'

export interface NewAccount {
  email: string
  username: string
  fullName: string
  password: string
  /** A language tag such as `pt-BR`. Emails to the account are in this language, if there is a catalogue for it. */
  locale?: string | undefined
}

/** An account cannot be added. The message says why, for an operator, and contains no password. */
export class AccountError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'AccountError'
  }
}

/**
 * Adds an account. Its password must follow the same rules as one that a person chooses.
 * @throws AccountError for an address or username that is malformed or taken, or a malformed locale; RecoveryError `password-*`
 */
export async function addAccount(
  db: Database,
  account: NewAccount,
  policy = DEFAULT_PASSWORD_POLICY,
  isBreached?: RecoveryContext['isBreached'],
): Promise<{ id: string }> {
  const email = parseIdentifier(account.email, 'email', true)
  const username = parseIdentifier(account.username, 'username', false)
  const locale = parseLocale(account.locale)
  const password = newPasswordSchema.parse(account.password)
  const fullName = account.fullName.trim()
  await acceptNewPassword({ policy, isBreached }, password, { email, username, fullName })
  try {
    const [added] = await db
      .insert(users)
      .values({ email, username, fullName, locale, passwordHash: await hashPassword(policy, password) })
      .returning({ id: users.id })
    return added as { id: string }
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AccountError(`An account with email ${email} or username ${username} already exists.`)
    throw error
  }
}

function parseIdentifier(typed: string, field: 'email' | 'username', isEmail: boolean): Identifier {
  const parsed = identifierSchema.safeParse(typed)
  if (parsed.success && parsed.data.includes('@') === isEmail) return parsed.data
  throw new AccountError(
    isEmail
      ? `"${typed}" is not an email address.`
      : `"${typed}" is not a ${field}: use only letters, digits and . _ + -`,
  )
}

/** The language tag in its canonical form (RFC 5646 §2.1.1), or null if none is given. */
function parseLocale(typed: string | undefined): string | null {
  if (typed === undefined) return null
  try {
    return Intl.getCanonicalLocales(typed)[0] ?? null
  } catch {
    throw new AccountError(`"${typed}" is not a language tag: use one such as de or pt-BR`)
  }
}
