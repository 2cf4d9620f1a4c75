import { describe, expect, it } from 'vitest'
import { EnvironmentError, readEnvironment } from './env'

const SECRET = 'the application secret of these tests'
const server = {
  DATABASE_URL: 'postgres://latchkey:secret@db.example.com:5432/latchkey',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: SECRET,
  RESEND_API_KEY: 're_123456789',
  MAIL_FROM: 'Latchkey <accounts@example.com>',
}
const EVENTS_SECRET = 'whsec_oFYTu5B1y2ZS2bXHsjRdQGgS8Sx3CGEHe6TSmpDhlMs='
const events = { EVENTS_URL: 'https://app.example.com/events', EVENTS_SECRET }
const embedded = {
  EMBEDDED_DATABASE: '1',
  DATABASE_URL: server.DATABASE_URL,
  APP_SECRET: SECRET,
  MAILBOX_DIR: '/tmp/emails',
}

/** The lines of the error for an environment, one for each problem; empty if there is no error. */
function problemsOf(environment: Record<string, string | undefined>): string[] {
  try {
    readEnvironment(environment)
    return []
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    const [first, ...problems] = error.message.split('\n')
    expect(first).toBe('Latchkey cannot start:')
    return problems.map((line) => line.trim())
  }
}

describe('a missing value', () => {
  it.each(Object.keys(server))('of %s: the error says what it must be and gives an example', (name) => {
    const problems = problemsOf({ ...server, [name]: undefined })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must be set to .+, for example .+`))])
  })

  it('and an empty value are the same', () => {
    expect(problemsOf({ ...server, APP_SECRET: '' })).toEqual([expect.stringMatching(/^APP_SECRET must be set to/)])
    expect(readEnvironment({ ...server, PORT: '', ACCOUNT_DISCLOSURE: '', TRUSTED_PROXY_HOPS: '' })).toMatchObject({
      port: 3000,
      disclosure: 'conceal',
      trustedProxyHops: 0,
    })
  })
})

describe('EVENTS_URL and EVENTS_SECRET', () => {
  it.each(Object.keys(events))('are set together: without %s the error names it', (missing) => {
    const problems = problemsOf({ ...server, ...events, [missing]: undefined })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${missing} must be set to .+, for example .+`))])
  })

  it('turn on events, signed with each of several secrets', () => {
    const older = `whsec_${'A'.repeat(32)}`
    expect(readEnvironment(server)).toMatchObject({ sendEvents: false, eventsUrl: undefined, eventsSecrets: [] })
    expect(readEnvironment({ ...server, ...events, EVENTS_SECRET: `${EVENTS_SECRET}, ${older}` })).toMatchObject({
      sendEvents: true,
      eventsUrl: events.EVENTS_URL,
      eventsSecrets: [EVENTS_SECRET, older],
    })
    expect(problemsOf({ ...server, ...events, EVENTS_URL: 'http://127.0.0.1:8000/events' })).toEqual([])
  })
})

describe('several problems', () => {
  it('are reported together', () => {
    expect(problemsOf({}).map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'APP_URL',
      'APP_SECRET',
      'RESEND_API_KEY',
      'MAIL_FROM',
    ])
    const wrong = { ...server, PORT: 'x', LINK_TTL_SECONDS: 'x', MAIL_FROM: 'x' }
    expect(problemsOf(wrong).map((line) => line.split(' ')[0])).toEqual(['PORT', 'MAIL_FROM', 'LINK_TTL_SECONDS'])
  })
})

describe('plain http', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080'])(
    'is allowed on this machine: %s',
    (APP_URL) => {
      expect(readEnvironment({ ...server, APP_URL })).toMatchObject({ appUrl: APP_URL, secureCookies: false })
    },
  )

  it.each(['http://localhost.example.com', 'http://10.0.0.1', 'http://127.0.0.1.example.com'])(
    'is refused for %s',
    (APP_URL) => {
      expect(problemsOf({ ...server, APP_URL })).toEqual([expect.stringMatching(/must use https/)])
    },
  )
})

describe('a valid environment', () => {
  it('lists origins as browsers write them', () => {
    const { corsOrigins } = readEnvironment({
      ...server,
      CORS_ORIGINS: 'https://app.example.com, http://localhost:5173',
    })
    expect(corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173'])
    expect(readEnvironment(server).corsOrigins).toEqual([])
  })

  it('gets the default values', () => {
    expect(readEnvironment(server)).toMatchObject({
      port: 3000,
      appUrl: 'https://accounts.example.com',
      secureCookies: true,
      embeddedDatabase: false,
      databaseUrl: server.DATABASE_URL,
      databaseDirectUrl: server.DATABASE_URL,
      databasePooling: 'session',
      databaseMaxConnections: 10,
      appSecrets: [SECRET],
      mailWorker: 'on',
      disclosure: 'conceal',
      serviceApiKey: undefined,
      trustedProxyHops: 0,
      rateLimitScale: 1,
      sendCooldownSeconds: 60,
      linkTtlSeconds: 3600,
      codeTtlSeconds: 600,
      grantTtlSeconds: 300,
      passwordMinLength: 8,
      passwordHash: 'argon2id',
      passwordPepper: undefined,
    })
  })

  it('has an origin for links without a trailing slash', () => {
    expect(readEnvironment({ ...server, APP_URL: 'https://Accounts.Example.com/' }).appUrl).toBe(
      'https://accounts.example.com',
    )
    expect(readEnvironment({ ...server, APP_URL: 'https://accounts.example.com:443' }).appUrl).toBe(
      'https://accounts.example.com',
    )
  })

  it('can have a pepper with bcrypt only', () => {
    const pepper = { PASSWORD_PEPPER: 'pepper' }
    expect(readEnvironment({ ...server, ...pepper, PASSWORD_HASH: 'bcrypt' })).toMatchObject({
      passwordHash: 'bcrypt',
      passwordPepper: 'pepper',
    })
    expect(problemsOf({ ...server, ...pepper, PASSWORD_HASH: 'django-argon2' })).toHaveLength(1)
  })

  it('can have several secrets, newest first', () => {
    const newer = 'a newer application secret of these tests'
    expect(readEnvironment({ ...server, APP_SECRET: `${newer}, ${SECRET}` }).appSecrets).toEqual([newer, SECRET])
  })

  it('has a secret whose length is counted in bytes, not in characters', () => {
    expect(problemsOf({ ...server, APP_SECRET: '\u{1f511}'.repeat(8) })).toEqual([])
  })
})

describe('with the embedded database', () => {
  it('accounts are revealed and emails go to the mailbox by default', () => {
    expect(readEnvironment({ ...embedded, PORT: '4000' })).toMatchObject({
      appUrl: 'http://localhost:4000',
      disclosure: 'reveal',
      mailboxDir: '/tmp/emails',
    })
    expect(readEnvironment({ ...embedded, ACCOUNT_DISCLOSURE: 'conceal' }).disclosure).toBe('conceal')
    const withResend = { ...embedded, RESEND_API_KEY: 're_1', MAIL_FROM: 'a@example.com' }
    expect(readEnvironment(withResend).mailboxDir).toBeUndefined()
    expect(problemsOf({ ...embedded, RESEND_API_KEY: 're_1' })).toEqual([
      expect.stringMatching(/^MAIL_FROM must be set to/),
    ])
  })

  it('there is a mailbox, and without it there is none', () => {
    expect(readEnvironment({ ...server, MAILBOX_DIR: '/tmp/emails' }).mailboxDir).toBeUndefined()
  })
})
