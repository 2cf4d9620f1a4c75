import { describe, expect, it } from 'vitest'
import { EVENTS, EVENTS_SECRET, problemsOf, SECRET, SERVER } from '@/server/testing/environments'

describe('a wrong value', () => {
  it.each([
    ['PORT', 'http', /a port number: a whole number from 1 to 65535, for example 3000/],
    ['PORT', '65536', /from 1 to 65535/],
    ['PORT', '-1', /from 1 to 65535/],
    ['PORT', '3e3', /whole number/],
    ['WEB_CONCURRENCY', '0', /the number of server processes: a whole number from 1 to 64, for example 1/],
    ['WEB_CONCURRENCY', 'auto', /whole number/],
    ['APP_URL', 'accounts.example.com', /public origin of the app, for example https:\/\/accounts\.example\.com/],
    ['APP_URL', 'ftp://accounts.example.com', /public origin/],
    [
      'APP_URL',
      'http://accounts.example.com',
      /must use https unless its host is localhost or a loopback address, for example https:/,
    ],
    ['APP_URL', 'https://accounts.example.com/app', /origin without a path, for example https:/],
    ['APP_URL', 'https://accounts.example.com/?x', /origin without a path/],
    ['APP_URL', 'https://user@accounts.example.com', /origin without a path/],
    [
      'DATABASE_URL',
      'mysql://db.example.com/latchkey',
      /a PostgreSQL database, version 14 or newer, for example postgres:\/\//,
    ],
    [
      'DATABASE_URL',
      'postgres://db.example.com/latchkey?sslmode=on',
      /sslmode one of disable, .*, for example postgres:/,
    ],
    ['DATABASE_DIRECT_URL', 'postgres://a,b/latchkey', /a single host, .*, for example postgres:/],
    ['SECURITY_CONTACT', 'security@example.com', /mailto: or https: .*, for example mailto:security@example\.com/],
    ['SECURITY_CONTACT', 'mailto:a b@example.com', /mailto: or https:/],
    ['BRAND_NAME', 'Two\nlines', /name of your product: one line of 1 to 60 characters, .* for example Example/],
    ['BRAND_NAME', 'x'.repeat(61), /1 to 60 characters/],
    ['BRAND_NAME', 'Example\u202e', /without < and >/],
    ['BRAND_NAME', '<b>Example</b>', /without < and >/],
    ['BRAND_LOGO', 'logo.svg', /path of an SVG or PNG file under public\/, .* for example \/logo\.svg/],
    ['BRAND_LOGO', '/../.env.svg', /under public\//],
    ['BRAND_LOGO', '//cdn.example.com/logo.svg', /under public\//],
    ['BRAND_LOGO', '/logo.jpg', /SVG or PNG/],
    ['BRAND_LOGO', 'http://cdn.example.com/logo.svg', /an https address/],
    ['BRAND_LOGO', 'https://cdn.example.com/logo.svg";', /an https address/],
    ['BRAND_COLOR', 'green', /# and six hexadecimal digits, for example #1b5a4b/],
    ['BRAND_COLOR', '#1b5', /six hexadecimal digits/],
    ['SUPPORT_URL', 'http://example.com/help', /https: or mailto: address .* for example https:\/\/example\.com\/help/],
    ['SUPPORT_URL', 'javascript:alert(1)', /https: or mailto:/],
    ['SUPPORT_URL', 'help@example.com', /https: or mailto:/],
    ['DATABASE_POOLING', 'statement', /one of session, transaction, for example transaction/],
    [
      'DATABASE_MAX_CONNECTIONS',
      '0',
      /the most connections of one process: a whole number from 1 to 1000, for example 10/,
    ],
    ['APP_SECRET', 'x'.repeat(31), /32 bytes or longer, or several.*, for example the output of: openssl rand/],
    ['APP_SECRET', `${SECRET},short`, /32 bytes or longer/],
    ['APP_SECRET', `${SECRET},`, /32 bytes or longer/],
    ['RESEND_BASE_URL', 'resend', /base URL of Resend's API, for example https:\/\/api\.resend\.com/],
    ['MAIL_FROM', 'Latchkey', /one sender address, for example Latchkey <accounts@example\.com>/],
    ['MAIL_FROM', 'a@example.com, b@example.com', /one sender address/],
    ['MAIL_FROM', 'Latchkey <a@example.com>\r\nBcc: b@example.com', /one sender address/],
    ['EVENTS_URL', 'http://app.example.com/events', /https address .* for example https:\/\/app\.example\.com/],
    ['EVENTS_URL', 'https://user:pass@app.example.com/', /without a user name or password/],
    ['EVENTS_URL', 'app.example.com', /https address/],
    ['EVENTS_SECRET', EVENTS_SECRET.slice('whsec_'.length), /whsec_ and 24 to 64 .*openssl rand -base64 32/],
    ['EVENTS_SECRET', 'whsec_c2hvcnQ=', /24 to 64 random bytes/],
    ['EVENTS_SECRET', `${EVENTS_SECRET},whsec_`, /several such secrets, separated by commas/],
    ['MAIL_WORKER', 'no', /one of on, off, after-response, for example off/],
    ['ACCOUNT_DISCLOSURE', 'hide', /one of conceal, reveal, for example conceal/],
    ['CORS_ORIGINS', 'https://app.example.com/', /https origins without a path, separated by commas, for/],
    ['CORS_ORIGINS', 'https://app.example.com,http://www.example.com', /https origins/],
    ['CORS_ORIGINS', '*', /https origins/],
    ['SERVICE_API_KEY', 'x'.repeat(31), /32 characters or longer, for example the output of: openssl rand/],
    ['TRUSTED_PROXY_HOPS', '11', /from 0 to 10, for example 0/],
    ['RATE_LIMIT_SCALE', '0', /a number greater than 0, for example 1/],
    ['RATE_LIMIT_SCALE', 'Infinity', /a number greater than 0/],
    ['SEND_COOLDOWN_SECONDS', '1.5', /whole number/],
    ['LINK_TTL_SECONDS', '0', /lifetime of a link in seconds: a whole number from 1 to 86400, for example 3600/],
    ['CODE_TTL_SECONDS', '3601', /from 1 to 3600, for example 600/],
    ['GRANT_TTL_SECONDS', 'long', /from 1 to 3600, for example 300/],
    ['PASSWORD_MIN_LENGTH', '7', /minimum length of a password: a whole number from 8 to 64, for example 8/],
    ['BREACHED_PASSWORDS', 'yes', /one of on, off, for example on/],
    ['BREACHED_PASSWORDS_URL', 'http://hibp.example.com/range/', /https address .*, for example https:/],
    ['BREACHED_PASSWORDS_URL', 'https://hibp.example.com/range/?key=1', /without a query/],
    ['PASSWORD_HASH', 'md5', /one of argon2id, bcrypt, django-pbkdf2-sha256, .*, for example argon2id/],
    ['PASSWORD_PEPPER', 'pepper', /unset unless PASSWORD_HASH is bcrypt/],
    ['LOG_LEVEL', 'loud', /one of fatal, error, warn, info, debug, silent/],
  ])('of %s (%j): the error says what it must be and gives an example', (name, value, expected) => {
    const problems = problemsOf({ ...SERVER, ...EVENTS, [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${name} must `))
    expect(problems[0]).toMatch(expected)
  })

  it('that is secret is not shown', () => {
    const shown = problemsOf({
      ...SERVER,
      APP_SECRET: 'hunter2',
      SERVICE_API_KEY: 'swordfish',
      DATABASE_URL: 'x://u:pass@h',
      EVENTS_URL: 'http://app.example.com/?key=sesame',
      EVENTS_SECRET: 'mellon',
    })
    expect(shown).toHaveLength(5)
    expect(shown.join()).not.toMatch(/hunter2|swordfish|pass@|sesame|mellon/)
  })
})
