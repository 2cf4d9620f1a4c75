import { describe, expect, it } from 'vitest'
import messages from '@/messages/en.json' with { type: 'json' }
import { BRAND } from '@/server/testing/email-settings'
import { oneLine } from './inert-text'
import { type PasswordChangedProps, renderPasswordChanged } from './password-changed'
import { type PasswordResetProps, renderPasswordReset } from './password-reset'

const HOSTILE_NAME = `<img src=x onerror=alert(1)>"'\r\nBcc: x`
const at = new Date('2026-11-20T14:30:00Z')

const reset: PasswordResetProps = {
  locale: 'en',
  brand: BRAND,
  recipientName: 'Jane Example',
  username: 'ada',
  link: 'https://accounts.example.com/recover?token=abc_DEF-123',
  code: '012345',
  linkMinutes: 60,
  codeMinutes: 10,
  isLast: false,
  stopLink: 'https://accounts.example.com/stop-emails?token=abc',
  device: 'Firefox on Windows',
  requestedAt: at,
}

const changed: PasswordChangedProps = {
  locale: 'en',
  brand: BRAND,
  recipientName: 'Jane Example',
  username: 'ada',
  changedAt: at,
  device: null,
  secureAccountLink: 'https://accounts.example.com/secure-account?token=abc_DEF-123',
}

const linesOf = (text: string) => text.split('\n')

describe.each([
  ['reset request', reset.link, (name: string | null) => renderPasswordReset({ ...reset, recipientName: name })],
  [
    'changed password',
    changed.secureAccountLink,
    (name: string | null) => renderPasswordChanged({ ...changed, recipientName: name }),
  ],
])('the email for a %s', (_, link, renderFor) => {
  it('shows a hostile name as text, on the line of the greeting', async () => {
    const { subject, html, text } = await renderFor(HOSTILE_NAME)
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x')
    expect(subject).not.toMatch(/[\r\n]/)
    expect(linesOf(text)).toContain(`Hello <img src=x onerror=alert(1)>"' Bcc: x,`)
    expect(text).not.toMatch(/^Bcc:/m)
  })

  it('is byte for byte the same for the same input', async () => {
    expect(await renderFor('Jane Example')).toEqual(await renderFor('Jane Example'))
  })

  it('has the link once in its plain text, on a line of its own', async () => {
    const { text } = await renderFor('Jane Example')
    expect(text.split(link)).toHaveLength(2)
    expect(linesOf(text)).toContain(link)
  })

  it('has the button before the address', async () => {
    const { html } = await renderFor('Jane Example')
    expect(html.indexOf('class="button"')).toBeGreaterThan(0)
    expect(html.indexOf('class="button"')).toBeLessThan(html.indexOf(`>${link}<`))
  })

  it('contains no other address, and loads nothing', async () => {
    const { html } = await renderFor('Jane Example')
    const addresses = html.match(/https?:\/\/[^\s"'<)]+/g) ?? []
    const own = addresses.filter((address) => ![link, reset.stopLink].includes(address))
    expect(own.filter((address) => !address.includes('www.w3.org'))).toEqual([])
    expect(html).not.toMatch(/<(img|script|link|iframe)\b|url\(|@import/i)
  })

  it('greets without a name if there is none', async () => {
    for (const name of [null, '', ' \r\n ']) expect(linesOf((await renderFor(name)).text)).toContain('Hello,')
  })
})

describe('the email for a reset request', () => {
  it('has the code once in its plain text, on a line of its own', async () => {
    const { text } = await renderPasswordReset(reset)
    expect(text.split('012345')).toHaveLength(2)
    expect(linesOf(text)).toContain('012345')
  })

  it('shows the code as one piece of text, from left to right in every language', async () => {
    const { html } = await renderPasswordReset(reset)
    expect(html.split('012345')).toHaveLength(2)
    expect(html).toMatch(/<td class="well code" dir="ltr"[^>]*><span [^>]*letter-spacing[^>]*>012345<\/span><\/td>/)
  })

  it('shows neither code nor link in the subject and the preview, which a locked screen shows', async () => {
    const { subject, html } = await renderPasswordReset(reset)
    expect(subject).toBe('Reset your Latchkey password')
    const preview = html.slice(0, html.indexOf('class="well code"')).match(/display:none[^>]*>([^<]*)/)?.[1]
    expect(preview).toContain('1 hour')
    expect(preview).not.toMatch(/012|345|token/)
  })

  it('says how long the link works, when and where it was requested, and what to do otherwise', async () => {
    const paragraphs = linesOf((await renderPasswordReset(reset)).text)
    expect(paragraphs).toContain('Requested: 20 November 2026 at 14:30 UTC')
    expect(paragraphs).toContain('Device: Firefox on Windows')
    expect(paragraphs).toContain(messages.email.passwordReset.notYou)
    expect(paragraphs.join(' ')).toContain('The link works for 1 hour')
  })

  it('names the address for help, if there is one', async () => {
    const helped = { ...reset, brand: { ...BRAND, supportUrl: 'mailto:help@example.com?subject=Help' } }
    const { html, text } = await renderPasswordReset(helped)
    expect(html).toMatch(/<a href="mailto:help@example.com\?subject=Help"[^>]*>help@example.com<\/a>/)
    expect(linesOf(text)).toContain('help@example.com')
    expect((await renderPasswordReset(reset)).text).not.toContain('Need help')
  })
})

describe('oneLine', () => {
  it('removes line breaks, bidirectional marks and what is too long', () => {
    expect(oneLine('a\r\n\u2028\u202e\u061cb\u0000')).toBe('a b')
    expect(oneLine('x'.repeat(500))).toHaveLength(100)
  })
})
