import { createElement } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { BRAND } from '@/server/testing/email-settings'
import { lookOf } from './email-look'
import { inertName, oneLine } from './inert-text'
import { PasswordChangedEmail, renderPasswordChanged } from './password-changed'
import { PasswordResetEmail, renderPasswordReset } from './password-reset'
import { renderEmail } from './render-email'

const { render } = vi.hoisted(() => ({ render: vi.fn() }))
vi.mock('@react-email/render', async (importOriginal) => {
  const original = await importOriginal<typeof import('@react-email/render')>()
  return { ...original, render: render.mockImplementation(original.render) }
})

const setting = { locale: 'en', brand: BRAND } as const
const at = new Date('2026-11-20T14:30:00Z')
const AT = '20 November 2026 at 14:30 UTC'

const reset = {
  recipientName: 'Jane Example',
  username: 'ada',
  link: 'https://accounts.example.com/reset-password?token=abc_DEF-123&x=1',
  code: '012345' as string | null,
  linkMinutes: 60,
  codeMinutes: 10,
  isLast: false,
  stopLink: 'https://accounts.example.com/stop-emails?token=abc',
  device: 'Firefox on Windows' as string | null,
}
const changed = {
  recipientName: 'Jane Example',
  username: 'ada',
  device: 'Safari on iPhone' as string | null,
  secureAccountLink: 'https://accounts.example.com/secure-account?token=abc_DEF-123',
}

const NAMES = [
  null,
  ' \r\n ',
  'Jane',
  `<img src=x onerror=alert(1)>"'\r\nBcc: x`,
  'R&D &amp; $& $1 \\ `',
  '  李明  🙂 ',
  'x'.repeat(300),
]

/** The values of an email as its template gets them. */
const clean = <Props extends { recipientName: string | null; username: string; device: string | null }>(
  props: Props,
) => ({
  ...props,
  recipientName: inertName(props.recipientName),
  username: oneLine(props.username),
  device: inertName(props.device),
  time: AT,
})

describe('an email from a template', () => {
  const resets = NAMES.flatMap((recipientName) => [
    { ...reset, recipientName },
    { ...reset, recipientName, device: null, code: '987654' },
    { ...reset, recipientName, linkMinutes: 30, device: '<b>"', code: null },
  ])
  it.each(resets)('is the email that React renders: %j', async (props) => {
    await renderPasswordReset({
      ...setting,
      ...props,
      requestedAt: at,
      recipientName: props.recipientName && 'An Earlier Reader',
    })
    const look = await lookOf(setting)
    const byReact = await renderEmail('', createElement(PasswordResetEmail, { ...clean(props), look }))
    const { html, text } = await renderPasswordReset({ ...setting, ...props, requestedAt: at })
    expect({ html, text }).toEqual({ html: byReact.html, text: byReact.text })
  })

  const changes = NAMES.flatMap((recipientName) => [
    { ...changed, recipientName },
    { ...changed, recipientName, device: null },
  ])
  it.each(changes)('is the email that React renders: %j', async (props) => {
    const look = await lookOf(setting)
    const byReact = await renderEmail('', createElement(PasswordChangedEmail, { ...clean(props), look }))
    const { html, text } = await renderPasswordChanged({ ...setting, ...props, changedAt: at })
    expect({ html, text }).toEqual({ html: byReact.html, text: byReact.text })
  })

  it('is not rendered by React: a hundred emails with their own values need one rendering', async () => {
    const own = (n: number) => ({
      recipientName: `Jane ${n}`,
      link: `https://accounts.example.com/reset-password?token=${n}`,
      code: String(100_000 + n),
      device: `Browser ${n}`,
      requestedAt: new Date(at.getTime() + n * 60_000),
    })
    render.mockClear()
    // A lifetime that no other test uses, so that there is no template yet.
    for (let n = 0; n < 100; n++) await renderPasswordReset({ ...setting, ...reset, linkMinutes: 47, ...own(n) })
    expect(render).toHaveBeenCalledTimes(1)
  })

  it('has the brand of its own setting', async () => {
    const acme = { ...setting, brand: { ...BRAND, name: 'Acme' } }
    const emails = [setting, acme, setting].map((one) => renderPasswordReset({ ...one, ...reset, requestedAt: at }))
    const [first, other, again] = await Promise.all(emails)
    expect(other?.subject).toBe('Reset your Acme password')
    expect(other?.html).not.toContain('Latchkey')
    expect(again).toEqual(first)
  })
})
