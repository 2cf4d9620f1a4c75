import { z } from 'zod'
import {
  EMAIL,
  foldCase,
  foldUsername,
  MAX_EMAIL_LENGTH,
  MAX_LOCAL_PART_LENGTH,
  MAX_PASSWORD_LENGTH,
  MAX_TYPED_CODE_LENGTH,
  MAX_TYPED_PASSWORD_LENGTH,
  MAX_USERNAME_LENGTH,
  plainCode,
  USERNAME,
} from './typed-input'

/** Schemas for user input. They run before any database access. Browser code imports `typed-input.ts` instead. */

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
  .transform(foldUsername)
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

/** A code as `plainCode` writes it, so it may be typed with spaces, dashes and the digits of several keyboards. */
export const codeSchema = z
  .string({ error: 'code-missing' })
  .max(MAX_TYPED_CODE_LENGTH, { error: 'code-not-numeric', abort: true })
  .transform(plainCode)
  .refine((code) => code !== '', { error: 'code-missing', abort: true })
  .refine((code) => /^[0-9]+$/.test(code), { error: 'code-not-numeric' })

export const locateInput = z.object({ account: identifierSchema })

/** Without `account`, the account is the one that this browser requested the code for. */
export const verifyCodeInput = z.object({ account: identifierSchema.optional(), code: codeSchema })

export const signInInput = z.object({ account: identifierSchema, password: currentPasswordSchema })
