import { z } from 'zod'
import { connectionUrl } from './db/connection-url'

/**
 * Reads and checks the environment. No other server code reads `process.env`. The error for a wrong or missing value
 * names the variable, says what it must be, and gives an example.
 */

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

const integer = (what: string, min: number, max: number, fallback: number) =>
  z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return fallback
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= min && value <= max) return value
      ctx.addIssue({
        code: 'custom',
        message: `must be ${what}: a whole number from ${min} to ${max}`,
        params: { example: String(fallback) },
      })
      return z.NEVER
    })

const choice = <const Values extends readonly [string, ...string[]]>(values: Values, example: Values[number]) =>
  z.enum(values, { error: () => `must be one of ${values.join(', ')}, for example ${example}` }).optional()

const url = (protocols: string[], what: string, example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be ${what}`,
      params: { example },
    })
    .optional()

/** True for an https address, or an http address of this machine. */
function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.has(hostname))
}

/** True for an origin that is written as browsers write it in the `Origin` header. */
function isWebOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  return new URL(text).origin === text && isWebAddress(text)
}

/** True for a secret as the Standard Webhooks specification writes it. */
function isWebhookSecret(text: string): boolean {
  const [, base64] = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? []
  const length = Buffer.from(base64 ?? '', 'base64').length
  return length >= 24 && length <= 64
}

const EVENTS_SECRET_EXAMPLE = 'the output of: echo "whsec_$(openssl rand -base64 32)"'

const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer('a port number', 1, 65535, 3000),
  APP_URL: url(['http:', 'https:'], 'the public origin of the app', 'https://accounts.example.com'),
  DATABASE_URL: connectionUrl.optional(),
  DATABASE_POOLING: choice(['session', 'transaction'], 'transaction'),
  DATABASE_DIRECT_URL: connectionUrl.optional(),
  DATABASE_MAX_CONNECTIONS: integer('the most connections of one process', 1, 1000, 10),
  APP_SECRET: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= 32), {
      error: 'must be 32 bytes or longer, or several such secrets, newest first, separated by commas',
      params: { example: 'the output of: openssl rand -base64 48' },
    })
    .optional(),
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: url(['http:', 'https:'], "the base URL of Resend's API", 'https://api.resend.com'),
  MAIL_FROM: z
    .string()
    .refine((from) => /^(?:[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(from), {
      error: 'must be one sender address',
      params: { example: 'Latchkey <accounts@example.com>' },
    })
    .optional(),
  RESEND_WEBHOOK_SECRET: z
    .string()
    .refine((secret) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret), {
      error: 'must be the signing secret of the webhook as Resend shows it',
      params: { example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    })
    .optional(),
  CRON_SECRET: z
    .string()
    .refine((secret) => /^[\x21-\x7e]{16,}$/.test(secret), {
      error: 'must be 16 characters or longer, without spaces',
      params: { example: 'the output of: openssl rand -hex 32' },
    })
    .optional(),
  EVENTS_URL: z
    .string()
    .refine((text) => isWebAddress(text) && !new URL(text).username && !new URL(text).password, {
      error: 'must be the https address that events are posted to, without a user name or password',
      params: { example: 'https://app.example.com/webhooks/latchkey' },
    })
    .optional(),
  EVENTS_SECRET: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((secrets) => secrets.length > 0 && secrets.every(isWebhookSecret), {
      error: 'must be whsec_ and 24 to 64 random bytes in base64, or several such secrets, separated by commas',
      params: { example: EVENTS_SECRET_EXAMPLE },
    })
    .optional(),
  MAIL_WORKER: choice(['on', 'off', 'after-response'], 'off'),
  ACCOUNTS: choice(['own', 'external'], 'own'),
  SIGN_IN_URL: z
    .string()
    .refine((text) => text === '/sign-in' || isWebAddress(text), {
      error: 'must be the https address of the page where people sign in',
      params: { example: 'https://app.example.com/login' },
    })
    .optional(),
  ACCOUNT_DISCLOSURE: choice(['conceal', 'reveal'], 'conceal'),
  SERVICE_API_KEY: z
    .string()
    .refine((key) => key.length >= 32, {
      error: 'must be 32 characters or longer',
      params: { example: 'the output of: openssl rand -hex 32' },
    })
    .optional(),
  TRUSTED_PROXY_HOPS: integer('the number of proxies in front of the app', 0, 10, 0),
  RATE_LIMIT_SCALE: z
    .string()
    .optional()
    .transform((text, ctx) => {
      const scale = text === undefined ? 1 : Number(text)
      if (Number.isFinite(scale) && scale > 0) return scale
      ctx.addIssue({ code: 'custom', message: 'must be a number greater than 0', params: { example: '1' } })
      return z.NEVER
    }),
  SEND_COOLDOWN_SECONDS: integer('the seconds between two emails', 0, 86_400, 60),
  LINK_TTL_SECONDS: integer('the lifetime of a link in seconds', 1, 86_400, 3600),
  CODE_TTL_SECONDS: integer('the lifetime of a code in seconds', 1, 3600, 600),
  GRANT_TTL_SECONDS: integer('the lifetime of a grant in seconds', 1, 3600, 300),
  PASSWORD_MIN_LENGTH: integer('the minimum length of a password', 8, 64, 8),
  PASSWORD_HASH: choice(
    ['argon2id', 'bcrypt', 'django-pbkdf2-sha256', 'django-argon2', 'better-auth-scrypt'],
    'argon2id',
  ),
  PASSWORD_PEPPER: z.string().optional(),
  CORS_ORIGINS: z
    .string()
    .optional()
    .transform((text) =>
      (text ?? '')
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .refine((origins) => origins.every(isWebOrigin), {
      error: 'must be https origins without a path, separated by commas',
      params: { example: 'https://app.example.com,https://www.example.com' },
    }),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    ['http:', 'https:'],
    'the URL of an OpenTelemetry collector',
    'http://localhost:4318',
  ),
  OTEL_SERVICE_NAME: z.string().optional(),
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),
  /** Set only by the start script: the database is the embedded one, with demo accounts. */
  EMBEDDED_DATABASE: z.literal('1').optional(),
  /** Set only by the start script: the folder of the development mailbox. */
  MAILBOX_DIR: z.string().optional(),
})

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

/**
 * Reads and checks the whole environment.
 * @throws EnvironmentError that names each wrong or missing variable, what it must be, and an example.
 */
export function readEnvironment(source: Record<string, string | undefined>) {
  // An empty variable counts as unset, because forms and compose files leave empty variables.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  if (!parsed.success) {
    throw new EnvironmentError(
      parsed.error.issues.map((issue) => {
        const example = 'params' in issue ? issue.params?.example : undefined
        return `${issue.path.join('.')} ${issue.message}${example ? `, for example ${example}` : ''}`
      }),
    )
  }
  const values = parsed.data
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
  if (appUrl.protocol === 'http:' && !LOOPBACK_HOSTS.has(appUrl.hostname)) {
    problems.push(
      'APP_URL must use https unless its host is localhost or a loopback address, for example https://accounts.example.com',
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
    /** The origin of every link, without a trailing slash. */
    appUrl: appUrl.origin,
    secureCookies: appUrl.protocol === 'https:',
    databaseUrl: values.DATABASE_URL as string,
    /** Connects without a pooler: for migrations. */
    databaseDirectUrl: values.DATABASE_DIRECT_URL ?? (values.DATABASE_URL as string),
    databasePooling: values.DATABASE_POOLING ?? ('session' as const),
    databaseMaxConnections: values.DATABASE_MAX_CONNECTIONS,
    embeddedDatabase: embedded,
    appSecrets: values.APP_SECRET as string[],
    resendApiKey: values.RESEND_API_KEY,
    mailFrom: values.MAIL_FROM ?? 'Latchkey <accounts@latchkey.test>',
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
    /** `external`: the accounts are in another application's tables, behind the account directory. */
    accounts: values.ACCOUNTS ?? 'own',
    /** Where people go to sign in. */
    signInUrl: values.SIGN_IN_URL ?? '/sign-in',
    disclosure: values.ACCOUNT_DISCLOSURE ?? (embedded ? ('reveal' as const) : ('conceal' as const)),
    serviceApiKey: values.SERVICE_API_KEY,
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    rateLimitScale: values.RATE_LIMIT_SCALE,
    sendCooldownSeconds: values.SEND_COOLDOWN_SECONDS,
    linkTtlSeconds: values.LINK_TTL_SECONDS,
    codeTtlSeconds: values.CODE_TTL_SECONDS,
    grantTtlSeconds: values.GRANT_TTL_SECONDS,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    passwordHash: values.PASSWORD_HASH ?? ('argon2id' as const),
    passwordPepper: values.PASSWORD_PEPPER,
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
