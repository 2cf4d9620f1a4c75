import { z } from 'zod'

/**
 * Schemas for user input. They run before any database access.
 * This file imports zod only, so browser code can import it too.
 */

/** Why a schema rejects its input. Each code is the message of a zod issue. */
export type InputErrorCode =
  | 'identifier-missing'
  | 'identifier-malformed'
  | 'password-missing'
  | 'confirmation-missing'
  | 'passwords-differ'
  | 'code-missing'
  | 'code-not-numeric'

const MAX_EMAIL_LENGTH = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
const MAX_LOCAL_PART_LENGTH = 64 // RFC 5321 §4.5.3.1.1
const MAX_USERNAME_LENGTH = 150
export const MAX_PASSWORD_LENGTH = 128 // in code points; SP 800-63B-4 §3.1.1.2 requires at least 64
/** In UTF-16 units, checked before normalizing. NFC text is at least a quarter as long as its decomposed form. */
const MAX_TYPED_PASSWORD_LENGTH = 4 * MAX_PASSWORD_LENGTH

/** A single plain address: ASCII only, without display name, quotes, comments or a second address. */
const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/
const USERNAME = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._+-]*)$/u

/** Lowercases ASCII letters only: Unicode case folding makes some look-alike characters equal (CVE-2019-19844). */
export const foldCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** An email address. The result is trimmed and folded, as accounts are looked up. */
export const emailSchema = z
  .string({ error: 'identifier-missing' })
  .trim()
  .min(1, { error: 'identifier-missing', abort: true })
  .max(MAX_EMAIL_LENGTH, { error: 'identifier-malformed', abort: true })
  .regex(EMAIL, { error: 'identifier-malformed', abort: true })
  .refine((email) => email.indexOf('@') <= MAX_LOCAL_PART_LENGTH, { error: 'identifier-malformed' })
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
 * An email address or a username. Input with an `@` is treated as an email address.
 * An `Identifier` comes only from these schemas, so it is always trimmed and folded already.
 */
export const identifierSchema = z.string({ error: 'identifier-missing' }).transform((typed, ctx) => {
  const parsed = (typed.includes('@') ? emailSchema : usernameSchema).safeParse(typed)
  if (parsed.success) return parsed.data
  ctx.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'identifier-malformed' })
  return z.NEVER
})

export type Identifier = z.infer<typeof identifierSchema>

/** A new password, normalized to NFC: different keyboards can encode the same characters differently. */
export const newPasswordSchema = z
  .string({ error: 'password-missing' })
  .max(MAX_TYPED_PASSWORD_LENGTH, { error: 'password-too-long', abort: true })
  .transform((password) => password.normalize('NFC'))
  .refine((password) => password.length > 0, { error: 'password-missing', abort: true })
  .refine((password) => [...password].length <= MAX_PASSWORD_LENGTH, { error: 'password-too-long' })

/** The password of a sign-in. The policy does not apply; only the length is limited, because it will be hashed. */
export const currentPasswordSchema = z
  .string({ error: 'password-missing' })
  .min(1, { error: 'password-missing', abort: true })
  .max(MAX_TYPED_PASSWORD_LENGTH, { error: 'password-too-long', abort: true })
  .transform((password) => password.normalize('NFC'))

export const requestResetInput = z.object({ account: identifierSchema })

export const resetPasswordInput = z
  .object({
    password: newPasswordSchema,
    confirmPassword: z.string({ error: 'confirmation-missing' }).min(1, { error: 'confirmation-missing', abort: true }),
    /** Sent by programs. Browsers have the secret in a cookie instead. */
    token: z.string().max(4096).optional(),
    /** Sent by the form, which is for one secret only. From `recovery.linkState`. */
    binding: z.string().max(64).optional(),
  })
  .refine((input) => input.password === input.confirmPassword.normalize('NFC'), {
    error: 'passwords-differ',
    path: ['confirmPassword'],
    when: ({ value }) => {
      const fields = value as Record<string, unknown>
      return typeof fields.password === 'string' && typeof fields.confirmPassword === 'string'
    },
  })

/** A code without the spaces and dashes of any kind that emails and people put into it. */
export const withoutSeparators = (code: string): string => code.replace(/[\s\u00ad\u2010-\u2015-]/g, '')

/** A pasted code, which may contain spaces and dashes. Only ASCII digits count as digits. */
export const codeSchema = z
  .string({ error: 'code-missing' })
  .max(64, { error: 'code-not-numeric', abort: true })
  .transform(withoutSeparators)
  .refine((code) => code !== '', { error: 'code-missing', abort: true })
  .refine((code) => /^[0-9]+$/.test(code), { error: 'code-not-numeric' })

export const CODE_LENGTH = 6

export const locateInput = z.object({ account: identifierSchema })

/** Without `account`, the account is the one that this browser requested the code for. */
export const verifyCodeInput = z.object({ account: identifierSchema.optional(), code: codeSchema })

export const signInInput = z.object({ account: identifierSchema, password: currentPasswordSchema })

/** Shown for an account that has no picture, or one that cannot be loaded. */
export const DEFAULT_PICTURE = '/avatar.svg'
