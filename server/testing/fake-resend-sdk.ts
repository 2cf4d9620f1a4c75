import { Resend } from 'resend'
import { onTestFinished, vi } from 'vitest'
import { type FakeResendOptions, startFakeResend } from './fake-resend'

/** The body of a call to Resend. */
export const emailTo = (to: string, subject = 'Reset your password') => ({
  from: 'Latchkey <accounts@example.com>',
  to,
  subject,
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: { 'Auto-Submitted': 'auto-generated' },
})

/** Starts a fake and the real SDK, which finds the fake through RESEND_BASE_URL; both end with the test. */
export async function startWithSdk(options?: FakeResendOptions, key = 're_test') {
  const resend = await startFakeResend(options)
  onTestFinished(() => resend.close())
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  onTestFinished(() => void vi.unstubAllEnvs())
  return { resend, sdk: new Resend(key) }
}
