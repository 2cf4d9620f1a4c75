import fs from 'node:fs/promises'
import postgres from 'postgres'
import { parseArguments, usageError } from '@/scripts/arguments'
import { checkConnection } from '@/scripts/check-connection'
import { CliError, main } from '@/scripts/cli-error'
import { givenVariables } from '@/scripts/environment'
import { readDatabaseEnvironment } from '@/server/env'
import { FRAMEWORKS } from './frameworks'
import { type Generated, generateDirectory } from './generate-directory'

const NAMES = FRAMEWORKS.map(({ name }) => name).join('|')
const USAGE = `npm run adopt -- <${NAMES}> [--out latchkey.sql] [--table schema.table] [--role latchkey]
  Writes the SQL that connects Latchkey to the users table. Changes nothing in the database.`

await main(async () => {
  const { framework, out, ...options } = readArguments()
  const given = givenVariables()
  if (!given.DATABASE_URL && !given.DATABASE_DIRECT_URL) {
    throw new CliError(
      "Set DATABASE_URL to your application's database, for example postgres://owner:password@db.example.com:5432/app",
    )
  }
  const variable = given.DATABASE_DIRECT_URL ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL'
  const { databaseDirectUrl: url } = readDatabaseEnvironment({
    ...given,
    DATABASE_URL: given.DATABASE_URL || given[variable],
  })
  await checkConnection(variable, url, 'transaction')
  const generated = await generateDirectory(url, framework, options).catch((error) => {
    throw error instanceof postgres.PostgresError ? new CliError(`PostgreSQL refused: ${error.message}.`) : error
  })
  if (out) await writeFile(out, generated.sql)
  else process.stdout.write(generated.sql)
  console.error(reportFor(generated, options.role ?? 'latchkey', out ?? 'latchkey.sql'))
  if (!out && isBelowNpmBanner()) {
    console.error('npm has written its own lines above the SQL: use --out latchkey.sql, or npm run --silent adopt.')
  }
})

function readArguments() {
  const text = { type: 'string' } as const
  const options = { out: text, table: text, role: text }
  const { values, positionals } = parseArguments(USAGE, { allowPositionals: true, options })
  const [name, ...rest] = positionals
  const framework = FRAMEWORKS.find((framework) => framework.name === name)
  if (!framework || rest.length > 0) throw usageError(USAGE)
  return { framework, ...values }
}

/** `npm run` announces the script on standard output, which a file or a pipe would receive too. */
function isBelowNpmBanner() {
  const { npm_lifecycle_event, npm_config_loglevel } = process.env
  return !process.stdout.isTTY && npm_lifecycle_event !== undefined && npm_config_loglevel !== 'silent'
}

async function writeFile(out: string, sql: string) {
  try {
    await fs.writeFile(out, sql)
  } catch (error) {
    throw new CliError(`Cannot write ${out} (${(error as NodeJS.ErrnoException).code}).`)
  }
}

/** What was found and assumed, and what to do next. */
function reportFor({ plan, roleIsMissing }: Generated, role: string, file: string): string {
  const { PASSWORD_PEPPER, ...environment } = plan.environment
  const settings = { ACCOUNTS: 'external', ...environment, ...(PASSWORD_PEPPER && { PASSWORD_PEPPER }) }
  const psql = 'psql "$DATABASE_DIRECT_URL" -v ON_ERROR_STOP=1'
  const steps = [
    'npm run migrate',
    ...(roleIsMissing ? [`${psql} -c "create role ${role} login password '…'"`] : []),
    `${psql} -f ${file}`,
    'npm run doctor',
  ]
  return [
    'Found:',
    ...plan.found.map((line) => `  ${line}`),
    ...(plan.assumed.length > 0 ? ['Assumed:', ...plan.assumed.map((line) => `  ${line}`)] : []),
    'Set for Latchkey:',
    ...Object.entries(settings).map(([name, value]) => `  ${name}=${value}`),
    `Read ${file}, change what is not right for you, then run:`,
    ...steps.map((line) => `  ${line}`),
  ].join('\n')
}
