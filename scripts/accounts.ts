import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { ZodError } from 'zod'
import { messages } from '@/messages/en'
import { AccountError, addAccount } from '@/server/accounts/own/add-account'
import { RecoveryError } from '@/server/core/errors'
import { createDatabase } from '@/server/db/client'
import { readEnvironment } from '@/server/env'
import { CliError, main } from './cli-error'
import { givenVariables, openDatabase } from './environment'

const USAGE =
  'npm run accounts -- add --email jo@example.com --username jo --name "Jo Example" < file-with-the-password'

await main(async () => {
  const account = readArguments()
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
    EMBEDDED_DATABASE: '1',
  })
  const database = await openDatabase(given)
  const { db, close } = createDatabase(database.url, { maxConnections: 1, pooling: database.pooling })
  try {
    await addAccount(db, { ...account, password }, policy)
    console.log(`Added ${account.email}`)
  } catch (error) {
    throw readable(error)
  } finally {
    await close()
    await database.stop()
  }
})
process.exit(0)

function readArguments() {
  const text = { type: 'string' } as const
  let parsed: ReturnType<typeof parse>
  const parse = () =>
    parseArgs({
      allowPositionals: true,
      options: { email: text, username: text, name: text, 'password-stdin': { type: 'boolean' } },
    })
  try {
    parsed = parse()
  } catch (error) {
    throw new CliError(`${(error as Error).message}\nUsage: ${USAGE}`)
  }
  const { email, username, name } = parsed.values
  if (parsed.positionals.join(' ') !== 'add') throw new CliError(`Usage: ${USAGE}`)
  if (!email || !username || !name) throw new CliError(`--email, --username and --name are required.\nUsage: ${USAGE}`)
  return { email, username, fullName: name }
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

function readable(error: unknown) {
  if (error instanceof AccountError) return new CliError(error.message)
  const code =
    error instanceof RecoveryError ? error.code : error instanceof ZodError ? error.issues[0]?.message : undefined
  const words = messages.errors[code as keyof typeof messages.errors]
  if (!words) return error
  return new CliError(
    `Password: ${typeof words === 'string' ? words : words(error instanceof RecoveryError ? error.details : {})}`,
  )
}
