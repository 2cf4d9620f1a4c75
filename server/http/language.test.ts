import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SERVER } from '@/server/testing/environments'

const ORIGIN = 'https://accounts.example.com'
let chooseLanguage: typeof import('./language').chooseLanguage

beforeAll(async () => {
  vi.resetModules()
  for (const [name, value] of Object.entries(SERVER)) vi.stubEnv(name, value)
  chooseLanguage = (await import('./language')).chooseLanguage
})
afterAll(() => void vi.unstubAllEnvs())

const choose = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  chooseLanguage(new Request(`${ORIGIN}/language`, { method: 'POST', body: new URLSearchParams(fields), headers }))

describe('choosing a language', () => {
  it('is kept for a year, and leads back to the page', async () => {
    const response = await choose({ language: 'en', from: '/forgot-password/code' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${ORIGIN}/forgot-password/code`)
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-latchkey-language=en; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  it.each(['', 'xx', '__proto__', 'en\r\nSet-Cookie: x=1', 'EN'])('keeps nothing unknown: %j', async (language) => {
    const response = await choose({ language, from: '/sign-in' })
    expect(response.status).toBe(303)
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/%2F/evil.example',
    '/sign-in?token=x',
    '/sign-in#x',
    '/..//evil.example',
    '/\t/evil.example',
    '@evil.example',
    'javascript:alert(1)',
    `/${'x'.repeat(300)}`,
    '',
  ])('never leads to another site, or to more than a path: %j', async (from) => {
    expect((await choose({ language: 'en', from })).headers.get('location')).toBe(`${ORIGIN}/`)
  })

  it('is refused from another site, and in a body that is too large', async () => {
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect((await choose({ language: 'en' }, { 'sec-fetch-site': site })).status).toBe(403)
    }
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`]) {
      expect((await choose({ language: 'en' }, { origin })).status, origin).toBe(403)
    }
    expect((await choose({ language: 'en' }, { origin: ORIGIN })).status).toBe(303)
    expect((await choose({ language: 'en' }, { origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(303)
    expect((await choose({ language: 'en', from: 'x'.repeat(20_000) })).status).toBe(413)
  })
})
