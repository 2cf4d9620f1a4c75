import { afterEach, describe, expect, it, vi } from 'vitest'
import { SERVER } from '@/server/testing/environments'

afterEach(() => void vi.unstubAllEnvs())

/** The answer of a server with these variables. */
async function answerWith(variables: Record<string, string>) {
  vi.resetModules()
  for (const [name, value] of Object.entries({ ...SERVER, ...variables })) vi.stubEnv(name, value)
  const { securityTxt } = await import('./security-txt')
  return securityTxt()
}

describe('GET /.well-known/security.txt', () => {
  it('names the contact, this address, and a day within a year until which it is valid (RFC 9116)', async () => {
    const answer = await answerWith({ SECURITY_CONTACT: 'mailto:security@example.com' })
    const text = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(text).toMatch(/^Contact: mailto:security@example\.com$/m)
    expect(text).toMatch(/^Canonical: https:\/\/accounts\.example\.com\/\.well-known\/security\.txt$/m)
    const expires = new Date(/^Expires: (.*)$/m.exec(text)?.[1] ?? '').getTime()
    expect(expires).toBeGreaterThan(Date.now() + 30 * 86_400_000)
    expect(expires).toBeLessThan(Date.now() + 365 * 86_400_000)
  })

  it('is not found without a contact', async () => {
    expect((await answerWith({ SECURITY_CONTACT: '' })).status).toBe(404)
  })
})
