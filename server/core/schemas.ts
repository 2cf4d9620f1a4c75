import { z } from 'zod'

/**
 * What people and programs may type, checked before anything is looked up.
 * Pure zod: safe to import in a browser.
 */

/** The reasons that these schemas give; each is the message of a zod issue. */
export type InputErrorCode =
  | 'identifier-missing'
  | 'identifier-malformed'
  | 'password-missing'
  | 'confirmation-missing'
  | 'passwords-differ'
  | 'code-missing'
  | 'code-not-numeric'

const MAX_EMAIL_LENGTH = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
const MAX_USERNAME_LENGTH = 150
export const MAX_PASSWORD_LENGTH = 128 // code points; SP 800-63B-4 §3.1.1.2 asks for at least 64
export const DEFAULT_PASSWORD_MIN_LENGTH = 8

/** One address, as people have them: no display name, no quotes, no second address, ASCII only. */
const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/
const USERNAME = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._+-]*)$/u

/** ASCII only on purpose: Unicode folding makes look-alikes equal (CVE-2019-19844). */
export const foldCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** An email address: trimmed, checked, and folded to the form accounts are found by. */
export const emailSchema = z
  .string({ error: 'identifier-missing' })
  .trim()
  .min(1, { error: 'identifier-missing', abort: true })
  .max(MAX_EMAIL_LENGTH, { error: 'identifier-malformed', abort: true })
  .regex(EMAIL, { error: 'identifier-malformed', abort: true })
  .refine((email) => email.indexOf('@') <= 64, { error: 'identifier-malformed' })
  .transform(foldCase)
  .brand<'Identifier'>()

const usernameSchema = z
  .string({ error: 'identifier-missing' })
  .trim()
  .min(1, { error: 'identifier-missing', abort: true })
  .max(MAX_USERNAME_LENGTH, { error: 'identifier-malformed', abort: true })
  .transform((username) => foldCase(foldCase(username).normalize('NFC')))
  .refine((username) => USERNAME.test(username), { error: 'identifier-malformed' })
  .brand<'Identifier'>()

/**
 * An email address or a username. Whatever holds an `@` is an address.
 * Only this schema makes an `Identifier`, so nobody folds its case a second time.
 */
export const identifierSchema = z.string({ error: 'identifier-missing' }).transform((typed, ctx) => {
  const parsed = (typed.includes('@') ? emailSchema : usernameSchema).safeParse(typed)
  if (parsed.success) return parsed.data
  ctx.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'identifier-malformed' })
  return z.NEVER
})

export type Identifier = z.infer<typeof identifierSchema>

/** A new password. NFC, so that one password typed on two keyboards is one password. */
export const newPasswordSchema = z
  .string({ error: 'password-missing' })
  .max(4 * MAX_PASSWORD_LENGTH, { error: 'password-too-long', abort: true })
  .transform((password) => password.normalize('NFC'))
  .refine((password) => password.length > 0, { error: 'password-missing', abort: true })
  .refine((password) => [...password].length <= MAX_PASSWORD_LENGTH, { error: 'password-too-long' })

/** A password typed to sign in: never told why it is wrong, only bounded before it is hashed. */
export const currentPasswordSchema = z
  .string({ error: 'password-missing' })
  .min(1, { error: 'password-missing', abort: true })
  .max(4 * MAX_PASSWORD_LENGTH, { error: 'password-too-long', abort: true })
  .transform((password) => password.normalize('NFC'))

export const requestResetInput = z.object({ account: identifierSchema })

export const resetPasswordInput = z
  .object({
    password: newPasswordSchema,
    confirmPassword: z.string({ error: 'confirmation-missing' }).min(1, { error: 'confirmation-missing', abort: true }),
    /** Given by programs; browsers hold the secret in a cookie. */
    token: z.string().max(4096).optional(),
  })
  .refine((input) => input.password === input.confirmPassword.normalize('NFC'), {
    error: 'passwords-differ',
    path: ['confirmPassword'],
    when: ({ value }) => {
      const fields = value as Record<string, unknown>
      return typeof fields.password === 'string' && typeof fields.confirmPassword === 'string'
    },
  })

/** A code as people paste it: with spaces or dashes. Only ASCII digits are digits. */
export const codeSchema = z
  .string({ error: 'code-missing' })
  .max(64, { error: 'code-not-numeric', abort: true })
  .transform((typed) => typed.replace(/[\s\u00ad\u2010-\u2015-]/g, ''))
  .refine((code) => code !== '', { error: 'code-missing', abort: true })
  .refine((code) => /^[0-9]+$/.test(code), { error: 'code-not-numeric' })

export const CODE_LENGTH = 6

export const locateInput = z.object({ account: identifierSchema })

/** Without `account`, the one that this browser asked for. */
export const verifyCodeInput = z.object({ account: identifierSchema.optional(), code: codeSchema })

export const signInInput = z.object({ account: identifierSchema, password: currentPasswordSchema })
