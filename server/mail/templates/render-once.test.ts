import { createElement } from 'react'
import { describe, expect, it } from 'vitest'
import { messages } from '@/messages/en'
import { PasswordChangedEmail, type PasswordChangedProps, renderPasswordChanged } from './password-changed'
import { PasswordResetEmail, type PasswordResetProps, renderPasswordReset } from './password-reset'
import { renderEmail } from './render-email'

const reset: PasswordResetProps = {
  recipientName: 'Jane Example',
  link: 'https://accounts.example.com/reset-password?token=abc_DEF-123&x=1',
  code: '012345',
  linkMinutes: 60,
  codeMinutes: 10,
  device: 'Firefox on Windows',
  requestedAt: '20 November 2026 at 14:30 UTC',
}
const changed: PasswordChangedProps = {
  recipientName: 'Jane Example',
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

describe('a mail from a template that was rendered before', () => {
  const resets = NAMES.flatMap((recipientName) => [
    { ...reset, recipientName },
    { ...reset, recipientName, device: null, code: '987654' },
    { ...reset, recipientName, linkMinutes: 30, device: '<b>"' },
  ])
  it.each(resets)('is the mail that React renders: %j', async (props) => {
    await renderPasswordReset({ ...props, recipientName: props.recipientName && 'Somebody Before' })
    const afresh = await renderEmail(messages.passwordResetEmail.subject, createElement(PasswordResetEmail, props))
    expect(await renderPasswordReset(props)).toEqual(afresh)
  })

  const changes = NAMES.flatMap((recipientName) => [
    { ...changed, recipientName },
    { ...changed, recipientName, device: null },
  ])
  it.each(changes)('is the mail that React renders: %j', async (props) => {
    const afresh = await renderEmail(messages.passwordChangedEmail.subject, createElement(PasswordChangedEmail, props))
    expect(await renderPasswordChanged(props)).toEqual(afresh)
  })

  it('costs next to nothing: a hundred in a few milliseconds', async () => {
    await renderPasswordReset(reset)
    const started = process.cpuUsage()
    for (let n = 0; n < 100; n++) await renderPasswordReset({ ...reset, recipientName: `Jane ${n}` })
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(40)
  })
})
