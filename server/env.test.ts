import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EVENTS, EVENTS_SECRET, problemsOf, SECRET, SERVER } from '@/server/testing/environments'
import { readEnvironment } from './env'

const embedded = {
  EMBEDDED_DATABASE: '1',
  DATABASE_URL: SERVER.DATABASE_URL,
  APP_SECRET: SECRET,
  MAILBOX_DIR: '/tmp/emails',
}

describe('a missing value', () => {
  it.each(Object.keys(SERVER))('of %s: the error says what it must be and gives an example', (name) => {
    const problems = problemsOf({ ...SERVER, [name]: undefined })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} must be set to .+, for example .+`))])
  })

  it('and an empty value are the same', () => {
    expect(problemsOf({ ...SERVER, APP_SECRET: '' })).toEqual([expect.stringMatching(/^APP_SECRET must be set to/)])
    expect(readEnvironment({ ...SERVER, PORT: '', ACCOUNT_DISCLOSURE: '', TRUSTED_PROXY_HOPS: '' })).toMatchObject({
      port: 3000,
      disclosure: 'conceal',
      trustedProxyHops: 0,
    })
  })
})

describe('EVENTS_URL and EVENTS_SECRET', () => {
  it.each(Object.keys(EVENTS))('are set together: without %s the error names it', (missing) => {
    const problems = problemsOf({ ...SERVER, ...EVENTS, [missing]: undefined })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${missing} must be set to .+, for example .+`))])
  })

  it('turn on events, signed with each of several secrets', () => {
    const older = `whsec_${'A'.repeat(32)}`
    expect(readEnvironment(SERVER)).toMatchObject({ sendEvents: false, eventsUrl: undefined, eventsSecrets: [] })
    expect(readEnvironment({ ...SERVER, ...EVENTS, EVENTS_SECRET: `${EVENTS_SECRET}, ${older}` })).toMatchObject({
      sendEvents: true,
      eventsUrl: EVENTS.EVENTS_URL,
      eventsSecrets: [EVENTS_SECRET, older],
    })
    expect(problemsOf({ ...SERVER, ...EVENTS, EVENTS_URL: 'http://127.0.0.1:8000/events' })).toEqual([])
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
    const wrong = { ...SERVER, PORT: 'x', LINK_TTL_SECONDS: 'x', MAIL_FROM: 'x' }
    expect(problemsOf(wrong).map((line) => line.split(' ')[0])).toEqual(['PORT', 'MAIL_FROM', 'LINK_TTL_SECONDS'])
  })
})

describe('plain http', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080'])(
    'is allowed on this machine: %s',
    (APP_URL) => {
      expect(readEnvironment({ ...SERVER, APP_URL })).toMatchObject({ appUrl: APP_URL, secureCookies: false })
    },
  )

  it.each(['http://localhost.example.com', 'http://10.0.0.1', 'http://127.0.0.1.example.com'])(
    'is refused for %s',
    (APP_URL) => {
      expect(problemsOf({ ...SERVER, APP_URL })).toEqual([expect.stringMatching(/must use https/)])
    },
  )
})

describe('a valid environment', () => {
  it('lists origins as browsers write them', () => {
    const { corsOrigins } = readEnvironment({
      ...SERVER,
      CORS_ORIGINS: 'https://app.example.com, http://localhost:5173',
    })
    expect(corsOrigins).toEqual(['https://app.example.com', 'http://localhost:5173'])
    expect(readEnvironment(SERVER).corsOrigins).toEqual([])
  })

  it('gets the default values', () => {
    expect(readEnvironment(SERVER)).toMatchObject({
      port: 3000,
      appUrl: 'https://accounts.example.com',
      secureCookies: true,
      embeddedDatabase: false,
      databaseUrl: SERVER.DATABASE_URL,
      databaseDirectUrl: SERVER.DATABASE_URL,
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
    expect(readEnvironment({ ...SERVER, APP_URL: 'https://Accounts.Example.com/' }).appUrl).toBe(
      'https://accounts.example.com',
    )
    expect(readEnvironment({ ...SERVER, APP_URL: 'https://accounts.example.com:443' }).appUrl).toBe(
      'https://accounts.example.com',
    )
  })

  it('can have a pepper with bcrypt only', () => {
    const pepper = { PASSWORD_PEPPER: 'pepper' }
    expect(readEnvironment({ ...SERVER, ...pepper, PASSWORD_HASH: 'bcrypt' })).toMatchObject({
      passwordHash: 'bcrypt',
      passwordPepper: 'pepper',
    })
    expect(problemsOf({ ...SERVER, ...pepper, PASSWORD_HASH: 'django-argon2' })).toHaveLength(1)
  })

  it('can have several secrets, newest first', () => {
    const newer = 'a newer application secret of these tests'
    expect(readEnvironment({ ...SERVER, APP_SECRET: `${newer}, ${SECRET}` }).appSecrets).toEqual([newer, SECRET])
  })

  it.each([
    ['one character', 'a'.repeat(64)],
    ['a word, several times', 'changeme'.repeat(5)],
    ['a sentence, several times', 'generated below '.repeat(4)],
    ['a key of the number row', '1234567890'.repeat(4)],
    ['bytes in which nothing is random', '\u{1f511}'.repeat(16)],
  ])('needs a secret that is hard to guess: %s', (_, secret) => {
    expect(problemsOf({ ...SERVER, APP_SECRET: secret })).toEqual([
      expect.stringMatching(/^APP_SECRET must be random.*openssl rand -base64 48/),
    ])
    expect(problemsOf({ ...SERVER, APP_SECRET: `${SECRET},${secret}` })).toHaveLength(1)
  })

  it.each([
    ['openssl rand -base64 48', () => randomBytes(48).toString('base64')],
    ['openssl rand -hex 32', () => randomBytes(32).toString('hex')],
    ['uuidgen', () => randomUUID()],
  ])('accepts a secret made with: %s', (_, make) => {
    for (let n = 0; n < 1000; n++) expect(problemsOf({ ...SERVER, APP_SECRET: make() })).toEqual([])
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

  it('a public APP_URL is refused, because everyone could read the mailbox and use the demo accounts', () => {
    for (const url of ['https://accounts.example.com', 'https://10.0.0.7']) {
      expect(problemsOf({ ...embedded, APP_URL: url })).toEqual([
        expect.stringMatching(/^APP_URL must be an address of this machine.*DATABASE_URL/),
      ])
    }
    expect(problemsOf({ ...embedded, APP_URL: 'http://127.0.0.1:4000' })).toEqual([])
  })

  it('there is a mailbox, and without it there is none', () => {
    expect(readEnvironment({ ...SERVER, MAILBOX_DIR: '/tmp/emails' }).mailboxDir).toBeUndefined()
  })
})
