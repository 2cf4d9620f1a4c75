import { beforeEach, describe, expect, it, vi } from 'vitest'

/** The module as an app at this address loads it. The environment is read once, on first use. */
async function cookiesAt(appUrl: string) {
  vi.resetModules()
  vi.stubEnv('DATABASE_URL', 'postgres://nobody@localhost/none')
  vi.stubEnv('APP_URL', appUrl)
  vi.stubEnv('APP_SECRET', 'the application secret of these tests')
  vi.stubEnv('RESEND_API_KEY', 're_test')
  vi.stubEnv('MAIL_FROM', 'accounts@example.com')
  return import('./cookies')
}

type Cookies = Awaited<ReturnType<typeof cookiesAt>>

function written(write: (headers: Headers) => void) {
  const headers = new Headers()
  write(headers)
  return headers.getSetCookie().map((line) => line.split('; '))
}

const reading = (cookies: Cookies, header: string) => cookies.readCookie(new Headers({ cookie: header }), 'session')

describe('on https', () => {
  let cookies: Cookies
  beforeEach(async () => {
    cookies = await cookiesAt('https://accounts.example.com')
  })

  it('a cookie belongs to this host only, and scripts cannot read it', () => {
    const [line] = written((headers) => cookies.setCookie(headers, 'session', 'a-token'))
    expect(line?.[0]).toBe('__Host-latchkey-session=a-token')
    expect(new Set(line?.slice(1))).toEqual(
      new Set(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']),
    )
  })

  it('a cookie is cleared with the attributes it was set with', () => {
    const [line] = written((headers) => cookies.clearCookie(headers, 'session'))
    expect(line?.[0]).toBe('__Host-latchkey-session=')
    expect(new Set(line?.slice(1))).toEqual(new Set(['Max-Age=0', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']))
  })

  it('a cookie without the prefix is ignored, because another host could have set it', () => {
    expect(reading(cookies, 'latchkey-session=a-token')).toBeNull()
    expect(reading(cookies, '__Host-latchkey-session=a-token')).toBe('a-token')
  })

  it('each cookie is kept as long as its value is valid', () => {
    const names = ['session', 'device', 'reset', 'flow', 'notice', 'secure-account', 'stop-emails'] as const
    const lines = written((headers) => {
      for (const name of names) cookies.setCookie(headers, name, 'x')
    })
    const ages = lines.map((line) => line.find((part) => part.startsWith('Max-Age=')))
    expect(ages).toEqual([2592000, 31536000, 3600, 3600, 60, 3600, 3600].map((seconds) => `Max-Age=${seconds}`))
  })
})

describe('on http, for development', () => {
  it('a cookie is neither Secure nor prefixed, because browsers would refuse it', async () => {
    const cookies = await cookiesAt('http://localhost:3000')
    const [line] = written((headers) => cookies.setCookie(headers, 'session', 'a-token'))
    expect(line?.[0]).toBe('latchkey-session=a-token')
    expect(new Set(line?.slice(1))).toEqual(new Set(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Lax']))
    expect(reading(cookies, 'latchkey-session=a-token')).toBe('a-token')
  })
})

describe('a value', () => {
  it('cannot add an attribute or another cookie', async () => {
    const cookies = await cookiesAt('https://accounts.example.com')
    const [line, ...more] = written((headers) =>
      cookies.setCookie(headers, 'reset', 'x; Domain=example.com\r\nSet-Cookie: a=b'),
    )
    expect(more).toEqual([])
    expect(line?.some((part) => /^domain/i.test(part))).toBe(false)
  })

  it('is read back as it was written, and an empty value reads as missing', async () => {
    const cookies = await cookiesAt('https://accounts.example.com')
    const [line] = written((headers) => cookies.setCookie(headers, 'session', 'a b;c="\u{1f511}'))
    expect(reading(cookies, `other=1; ${line?.[0]}; last=2`)).toBe('a b;c="\u{1f511}')
    expect(reading(cookies, '__Host-latchkey-session=')).toBeNull()
    expect(reading(cookies, '')).toBeNull()
    expect(reading(cookies, ';;;=;__Host-latchkey-session')).toBeNull()
  })
})
