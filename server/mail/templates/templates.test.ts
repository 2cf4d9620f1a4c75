import { describe, expect, it } from 'vitest'
import en from '@/messages/en.json' with { type: 'json' }
import { oneLine } from './one-line'
import { type PasswordChangedProps, renderPasswordChanged } from './password-changed'
import { type PasswordResetProps, renderPasswordReset } from './password-reset'

const HOSTILE_NAME = `<img src=x onerror=alert(1)>"'\r\nBcc: x`

const reset: PasswordResetProps = {
  locale: 'en',
  recipientName: 'Jane Example',
  username: 'ada',
  link: 'https://accounts.example.com/recover?token=abc_DEF-123',
  code: '012345',
  linkMinutes: 60,
  codeMinutes: 10,
  isLast: false,
  stopLink: 'https://accounts.example.com/stop-emails?token=abc',
  device: 'Firefox on Windows',
  requestedAt: '20 November 2026 at 14:30 UTC',
}

const changed: PasswordChangedProps = {
  locale: 'en',
  recipientName: 'Jane Example',
  username: 'ada',
  changedAt: '20 November 2026 at 14:30 UTC',
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

  it('shows the code in two halves without a character between them, so that six digits are copied', async () => {
    const { html } = await renderPasswordReset(reset)
    const shown = html.slice(html.indexOf('class="code"')).replace(/<!--.*?-->/g, '')
    expect(shown).toMatch(/^class="code"[^>]*><span>012<\/span><span style="padding-left:[^"]+">345<\/span>/)
  })

  it('shows neither code nor link in the subject and the preview, which a locked screen shows', async () => {
    const { subject, html } = await renderPasswordReset(reset)
    expect(subject).toBe('Choose a new password')
    const preview = html.slice(0, html.indexOf('class="code"')).match(/display:none[^>]*>([^<]*)/)?.[1]
    expect(preview).toContain('1 hour')
    expect(preview).not.toMatch(/012|345|token/)
  })

  it('says how long the link works, and what to do if the reader did not request it', async () => {
    const { text } = await renderPasswordReset(reset)
    const paragraphs = text.replace(/\s+/g, ' ')
    expect(paragraphs).toContain('expires after 1 hour')
    expect(paragraphs).toContain(en.email.passwordReset.notYou)
  })
})

describe('oneLine', () => {
  it('removes line breaks, bidirectional marks and what is too long', () => {
    expect(oneLine('a\r\n\u2028\u202eb\u0000')).toBe('a b')
    expect(oneLine('x'.repeat(500))).toHaveLength(100)
  })
})
