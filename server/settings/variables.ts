import { z } from 'zod'
import { connectionUrl } from '@/server/db/connection-url'
import { LOCALES } from '@/server/language/languages'
import {
  choice,
  integer,
  isContactAddress,
  isLogoAddress,
  isWebAddress,
  isWebhookSecret,
  isWebOrigin,
  looksRandom,
  url,
} from './kinds'

export const EVENTS_SECRET_EXAMPLE = 'the output of: echo "whsec_$(openssl rand -base64 32)"'

/** The public range API of Have I Been Pwned. A mirror answers the same at another address. */
export const PUBLIC_RANGE_API = 'https://api.pwnedpasswords.com/range/'

/** Every variable, as text. What depends on other variables is checked in `server/env.ts`. */
export const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer('a port number', 1, 65535, 3000),
  WEB_CONCURRENCY: integer('the number of server processes', 1, 64, 1),
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
      abort: true,
    })
    .refine((secrets) => secrets.every(looksRandom), {
      error: 'must be random',
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
  DEFAULT_LOCALE: choice(LOCALES, 'en'),
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
  BREACHED_PASSWORDS: choice(['on', 'off'], 'on'),
  BREACHED_PASSWORDS_URL: z
    .string()
    .refine((text) => isWebAddress(text) && new URL(text).search === '' && new URL(text).hash === '', {
      error: 'must be the https address that five hexadecimal digits are appended to, without a query',
      params: { example: PUBLIC_RANGE_API },
    })
    .optional(),
  SECURITY_CONTACT: z
    .string()
    .refine(isContactAddress, {
      error: 'must be a mailto: or https: address for reports of vulnerabilities',
      params: { example: 'mailto:security@example.com' },
    })
    .optional(),
  BRAND_NAME: z
    .string()
    .trim()
    .refine((name) => /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}<>]{1,60}$/u.test(name), {
      error: 'must be the name of your product: one line of 1 to 60 characters, without < and >',
      params: { example: 'Example' },
    })
    .optional(),
  BRAND_LOGO: z
    .string()
    .refine(isLogoAddress, {
      error: 'must be the path of an SVG or PNG file under public/, or an https address',
      params: { example: '/logo.svg' },
    })
    .optional(),
  BRAND_COLOR: z
    .string()
    .refine((color) => /^#[0-9a-f]{6}$/i.test(color), {
      error: 'must be a colour as # and six hexadecimal digits',
      params: { example: '#1b5a4b' },
    })
    .transform((color) => color.toLowerCase())
    .optional(),
  SUPPORT_URL: z
    .string()
    .refine(isContactAddress, {
      error: 'must be the https: or mailto: address where people get help',
      params: { example: 'https://example.com/help' },
    })
    .optional(),
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
  /** Set only by the parent of several server processes: which of them this is, from 1. */
  PROCESS_NUMBER: integer('the number of this process', 1, 64, 0).transform((number) => number || undefined),
})
