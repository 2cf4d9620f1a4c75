import type { z } from 'zod'
import { isLocalAddress, isWebAddress } from './settings/kinds'
import { EVENTS_SECRET_EXAMPLE, PUBLIC_RANGE_API, variables } from './settings/variables'

/**
 * Reads and checks the environment. No other server code reads `process.env`. The error for a wrong or missing value
 * names the variable, says what it must be, and gives an example.
 */

export type Environment = ReturnType<typeof readEnvironment>

/** Thrown when the environment is invalid. The message has one line for each variable that is wrong or missing. */
export class EnvironmentError extends Error {
  readonly problems: string[]

  constructor(problems: string[]) {
    super(`Latchkey cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'EnvironmentError'
    this.problems = problems
  }
}

/** Parses variables, or throws an EnvironmentError. An empty one counts as unset: forms and compose files leave those. */
function parse<Schema extends z.ZodType>(schema: Schema, source: Record<string, string | undefined>): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')))
  if (parsed.success) return parsed.data
  throw new EnvironmentError(
    parsed.error.issues.map((issue) => {
      const example = 'params' in issue ? issue.params?.example : undefined
      return `${issue.path.join('.')} ${issue.message}${example ? `, for example ${example}` : ''}`
    }),
  )
}

const databaseVariables = variables.pick({
  DATABASE_URL: true,
  DATABASE_DIRECT_URL: true,
  DATABASE_POOLING: true,
  DATABASE_MAX_CONNECTIONS: true,
  ACCOUNTS: true,
})

const databaseFields = (values: z.output<typeof databaseVariables>) => ({
  databaseUrl: values.DATABASE_URL as string,
  /** Connects without a pooler: for migrations. */
  databaseDirectUrl: values.DATABASE_DIRECT_URL ?? (values.DATABASE_URL as string),
  databasePooling: values.DATABASE_POOLING ?? ('session' as const),
  databaseMaxConnections: values.DATABASE_MAX_CONNECTIONS,
  /** `external`: the accounts are in another application's tables, behind the account directory. */
  accounts: values.ACCOUNTS ?? ('own' as const),
})

/**
 * Reads which database to use, how, and whose accounts are in it. Commands that need nothing else read only this.
 * @param source has DATABASE_URL
 * @throws EnvironmentError that names each wrong variable, what it must be, and an example.
 */
export const readDatabaseEnvironment = (source: Record<string, string | undefined>) =>
  databaseFields(parse(databaseVariables, source))

/**
 * Reads and checks the whole environment.
 * @throws EnvironmentError that names each wrong or missing variable, what it must be, and an example.
 */
export function readEnvironment(source: Record<string, string | undefined>) {
  const values = parse(variables, source)
  const embedded = values.EMBEDDED_DATABASE === '1'
  const problems: string[] = []

  const requireVariable = (name: keyof typeof values, what: string, example: string) => {
    if (values[name] === undefined) problems.push(`${name} must be set to ${what}, for example ${example}`)
  }
  requireVariable(
    'DATABASE_URL',
    'the address of a PostgreSQL database, version 14 or newer (`npm start` uses its own if it is not set)',
    'postgres://user:password@db.example.com:5432/latchkey',
  )
  if (values.ACCOUNTS === 'external') {
    requireVariable('SIGN_IN_URL', 'the page of your app where people sign in', 'https://app.example.com/login')
    if (embedded) problems.push('ACCOUNTS=external needs DATABASE_URL, the database that holds your accounts')
  }
  if (!embedded) {
    requireVariable('APP_URL', 'the public origin of the app', 'https://accounts.example.com')
    requireVariable('APP_SECRET', '32 or more random bytes', 'the output of: openssl rand -base64 48')
    requireVariable('RESEND_API_KEY', 'the API key of Resend', 're_123456789')
  }
  if (!embedded || values.RESEND_API_KEY)
    requireVariable('MAIL_FROM', 'the sender address of all emails', 'Latchkey <accounts@example.com>')
  if (values.EVENTS_URL) requireVariable('EVENTS_SECRET', 'the secret that signs events', EVENTS_SECRET_EXAMPLE)
  if (values.EVENTS_SECRET)
    requireVariable('EVENTS_URL', 'the address that events are posted to', 'https://app.example.com/webhooks/latchkey')
  const appUrl = new URL(values.APP_URL ?? `http://localhost:${values.PORT}`)
  if (!isWebAddress(appUrl.href)) {
    problems.push(
      'APP_URL must use https unless its host is localhost or a loopback address, for example https://accounts.example.com',
    )
  }
  if (embedded && !isLocalAddress(appUrl)) {
    problems.push(
      'APP_URL must be an address of this machine, for example http://localhost:3000: the embedded database has demo accounts and an open mailbox. Set DATABASE_URL to serve the public',
    )
  }
  if (appUrl.pathname !== '/' || appUrl.search || appUrl.hash || appUrl.username) {
    problems.push('APP_URL must be an origin without a path, for example https://accounts.example.com')
  }
  if (values.PASSWORD_PEPPER !== undefined && values.PASSWORD_HASH !== 'bcrypt') {
    problems.push(
      'PASSWORD_PEPPER must be unset unless PASSWORD_HASH is bcrypt: no other format uses a pepper, for example PASSWORD_HASH=bcrypt for Devise',
    )
  }
  if (problems.length > 0) throw new EnvironmentError(problems)

  return {
    /** True under `npm run dev`. */
    development: values.NODE_ENV === 'development',
    port: values.PORT,
    /** How many server processes share the port. */
    webConcurrency: values.WEB_CONCURRENCY,
    /** Which of several server processes this is, from 1; undefined if it is alone. The first one sends emails. */
    processNumber: values.PROCESS_NUMBER,
    /** The origin of every link, without a trailing slash. */
    appUrl: appUrl.origin,
    secureCookies: appUrl.protocol === 'https:',
    ...databaseFields(values),
    embeddedDatabase: embedded,
    appSecrets: values.APP_SECRET as string[],
    resendApiKey: values.RESEND_API_KEY,
    mailFrom: values.MAIL_FROM ?? 'accounts@example.com',
    /** Where emails are stored instead of being sent. Set only with the embedded database. */
    mailboxDir: embedded && !values.RESEND_API_KEY ? values.MAILBOX_DIR : undefined,
    /** `after-response`: emails are sent after the response that queued them, not in a loop. */
    mailWorker: values.MAIL_WORKER ?? 'on',
    resendWebhookSecret: values.RESEND_WEBHOOK_SECRET,
    cronSecret: values.CRON_SECRET,
    /** Whether events are queued for the application, and sent. */
    sendEvents: values.EVENTS_URL !== undefined,
    eventsUrl: values.EVENTS_URL,
    /** Each signs every event. */
    eventsSecrets: values.EVENTS_SECRET ?? [],
    /** Where people go to sign in. */
    signInUrl: values.SIGN_IN_URL ?? '/sign-in',
    disclosure: values.ACCOUNT_DISCLOSURE ?? (embedded ? ('reveal' as const) : ('conceal' as const)),
    /** The language for people who ask for none, or only for languages without a catalogue. */
    defaultLocale: values.DEFAULT_LOCALE ?? ('en' as const),
    serviceApiKey: values.SERVICE_API_KEY,
    /** Where to report a vulnerability, as a URI. */
    securityContact: values.SECURITY_CONTACT,
    /** The settings from which `server/brand` derives the name, the logo and the colours. */
    brandName: values.BRAND_NAME,
    brandLogo: values.BRAND_LOGO,
    brandColor: values.BRAND_COLOR,
    supportUrl: values.SUPPORT_URL,
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    rateLimitScale: values.RATE_LIMIT_SCALE,
    sendCooldownSeconds: values.SEND_COOLDOWN_SECONDS,
    linkTtlSeconds: values.LINK_TTL_SECONDS,
    codeTtlSeconds: values.CODE_TTL_SECONDS,
    grantTtlSeconds: values.GRANT_TTL_SECONDS,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    passwordHash: values.PASSWORD_HASH ?? ('argon2id' as const),
    passwordPepper: values.PASSWORD_PEPPER,
    /** Where new passwords are looked up; undefined if they are not. */
    breachedPasswordsUrl:
      values.BREACHED_PASSWORDS === 'on' ? (values.BREACHED_PASSWORDS_URL ?? PUBLIC_RANGE_API) : undefined,
    /** Origins whose pages may call the contracts. */
    corsOrigins: values.CORS_ORIGINS,
    logLevel: values.LOG_LEVEL ?? 'info',
    /** Where telemetry is exported. The SDK reads all other OTEL_* variables itself. */
    telemetryEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    telemetryServiceName: values.OTEL_SERVICE_NAME ?? 'latchkey',
  }
}

let current: Environment | undefined

/**
 * The environment of this process, read on first use, so that a build needs no environment.
 * @throws EnvironmentError if it is invalid.
 */
export function env(): Environment {
  current ??= readEnvironment(process.env)
  return current
}
