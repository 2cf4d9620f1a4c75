import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ZodError } from 'zod'
import { CliError } from '@/scripts/cli-error'
import { givenVariables } from '@/scripts/environment'
import { withDatabase } from '@/scripts/with-database'
import { createBreachedPasswords } from '@/server/accounts/breached-passwords'
import { AccountError, addAccount, type NewAccount } from '@/server/accounts/own/add-account'
import { DEFAULT_NAME } from '@/server/brand/brand'
import { RecoveryError } from '@/server/core/errors'
import { readEnvironment } from '@/server/env'
import { errorValues } from '@/server/language/error-values'
import { textsIn } from '@/server/language/texts'

/**
 * Adds an account. Its password is the first line of standard input.
 * @throws CliError with ACCOUNTS=external, and for an account or a password that is refused
 */
export async function add(account: Omit<NewAccount, 'password'>): Promise<void> {
  const password = await readPassword()
  const given = givenVariables()
  if (given.ACCOUNTS === 'external')
    throw new CliError('ACCOUNTS=external: the accounts are in another application. Add the account there.')
  // Adding an account needs only these variables.
  const policy = readEnvironment({
    DATABASE_URL: given.DATABASE_URL || 'postgres://127.0.0.1',
    PASSWORD_MIN_LENGTH: given.PASSWORD_MIN_LENGTH,
    PASSWORD_HASH: given.PASSWORD_HASH,
    PASSWORD_PEPPER: given.PASSWORD_PEPPER,
    BREACHED_PASSWORDS: given.BREACHED_PASSWORDS,
    BREACHED_PASSWORDS_URL: given.BREACHED_PASSWORDS_URL,
    EMBEDDED_DATABASE: '1',
  })
  await withDatabase(given, async (db) => {
    try {
      await addAccount(db, { ...account, password }, policy, lookUp(policy.breachedPasswordsUrl))
    } catch (error) {
      throw await readable(error)
    }
  })
  console.log(`Added ${account.email}`)
}

/** Looks the password up, if the environment says where. */
function lookUp(url: string | undefined) {
  const onFailure = (reason: string) =>
    console.error(`The password could not be looked up in data breaches (${reason}). Only the local list was checked.`)
  return url === undefined ? undefined : createBreachedPasswords({ url, onFailure }).has
}

/** The first line of standard input. On a terminal it is prompted for, and not echoed. */
async function readPassword() {
  const { stdin } = process
  if (stdin.isTTY) process.stderr.write('Password: ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY })
  lines.on('SIGINT', () => process.exit(130))
  for await (const line of lines) {
    if (stdin.isTTY) process.stderr.write('\n')
    return line
  }
  return ''
}

async function readable(error: unknown) {
  if (error instanceof AccountError) return new CliError(error.message)
  const code =
    error instanceof RecoveryError ? error.code : error instanceof ZodError ? error.issues[0]?.message : undefined
  const texts = await textsIn('en')
  const key = `errors.${code}` as 'errors.internal'
  if (!texts.has(key)) return error
  const details = error instanceof RecoveryError ? error.details : {}
  return new CliError(`Password: ${texts(key, errorValues('en', details, DEFAULT_NAME))}`)
}
