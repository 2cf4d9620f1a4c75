import type { EmailSetting } from './email-look'
import { type PasswordChangedProps, renderPasswordChanged } from './password-changed'
import { type PasswordResetProps, renderPasswordReset } from './password-reset'
import type { RenderedEmail } from './render-email'
import { renderSignInVia, type SignInViaProps } from './sign-in-via'

/** The values of an example, without its setting. */
type Sample<Props> = Omit<Props, keyof EmailSetting>

const reader = { recipientName: 'Ada Lovelace', username: 'ada.lovelace', device: 'Firefox on Windows' }
const at = new Date('2026-11-20T14:30:00Z')

const reset: Sample<PasswordResetProps> = {
  ...reader,
  link: `https://accounts.example.com/reset-password?token=${'Abc_DEF-123'.repeat(4).slice(0, 43)}`,
  code: '012345',
  linkMinutes: 60,
  codeMinutes: 10,
  isLast: false,
  stopLink: `https://accounts.example.com/stop-emails?token=${'Ghi_JKL-456'.repeat(6).slice(0, 64)}`,
  requestedAt: at,
}
const changed: Sample<PasswordChangedProps> = {
  ...reader,
  secureAccountLink: `https://accounts.example.com/secure-account?token=${'Mno_PQR-789'.repeat(6).slice(0, 64)}`,
  changedAt: at,
}
const via: Sample<SignInViaProps> = { ...reader, provider: 'Google', requestedAt: at }

/** Every email in each of its forms, with made-up values. The preview and the tests of all emails use them. */
export const SAMPLE_EMAILS: Record<string, (setting: EmailSetting) => Promise<RenderedEmail>> = {
  'password-reset': (setting) => renderPasswordReset({ ...setting, ...reset }),
  'password-reset-codes-off': (setting) => renderPasswordReset({ ...setting, ...reset, code: null, codeMinutes: null }),
  'password-reset-last': (setting) => renderPasswordReset({ ...setting, ...reset, linkMinutes: 1440, isLast: true }),
  'password-reset-no-name': (setting) =>
    renderPasswordReset({ ...setting, ...reset, recipientName: null, username: null, device: null }),
  'sign-in-via': (setting) => renderSignInVia({ ...setting, ...via }),
  'password-changed': (setting) => renderPasswordChanged({ ...setting, ...changed }),
}
