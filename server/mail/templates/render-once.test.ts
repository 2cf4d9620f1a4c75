import { createElement } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { textsIn } from '@/server/language/texts'
import { PasswordChangedEmail, type PasswordChangedProps, renderPasswordChanged } from './password-changed'
import { PasswordResetEmail, type PasswordResetProps, renderPasswordReset } from './password-reset'
import { renderEmail } from './render-email'

const { render } = vi.hoisted(() => ({ render: vi.fn() }))
vi.mock('@react-email/render', async (importOriginal) => {
  const original = await importOriginal<typeof import('@react-email/render')>()
  return { ...original, render: render.mockImplementation(original.render) }
})

const reset: PasswordResetProps = {
  locale: 'en',
  recipientName: 'Jane Example',
  username: 'ada',
  link: 'https://accounts.example.com/reset-password?token=abc_DEF-123&x=1',
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
  device: 'Safari on iPhone',
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

describe('an email from a template', () => {
  const resets = NAMES.flatMap((recipientName) => [
    { ...reset, recipientName },
    { ...reset, recipientName, device: null, code: '987654' },
    { ...reset, recipientName, linkMinutes: 30, device: '<b>"' },
  ])
  it.each(resets)('is the email that React renders: %j', async (props) => {
    await renderPasswordReset({ ...props, recipientName: props.recipientName && 'An Earlier Reader' })
    const texts = await textsIn('en')
    const email = createElement(PasswordResetEmail, { texts, ...props })
    const byReact = await renderEmail(texts('email.passwordReset.subject'), email)
    expect(await renderPasswordReset(props)).toEqual(byReact)
  })

  const changes = NAMES.flatMap((recipientName) => [
    { ...changed, recipientName },
    { ...changed, recipientName, device: null },
  ])
  it.each(changes)('is the email that React renders: %j', async (props) => {
    const texts = await textsIn('en')
    const email = createElement(PasswordChangedEmail, { texts, ...props })
    const byReact = await renderEmail(texts('email.passwordChanged.subject'), email)
    expect(await renderPasswordChanged(props)).toEqual(byReact)
  })

  it('is not rendered by React: a hundred emails with their own values need one rendering', async () => {
    const own = (n: number) => ({
      recipientName: `Jane ${n}`,
      link: `https://accounts.example.com/reset-password?token=${n}`,
      code: String(100_000 + n),
      device: `Browser ${n}`,
      requestedAt: `20 November 2026 at 14:${n} UTC`,
    })
    render.mockClear()
    // A lifetime that no other test uses, so that there is no template yet.
    for (let n = 0; n < 100; n++) await renderPasswordReset({ ...reset, linkMinutes: 47, ...own(n) })
    expect(render).toHaveBeenCalledTimes(1)
  })
})
