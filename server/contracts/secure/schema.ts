import { z } from 'zod'
import { identifierSchema } from '@/server/core/schemas'
import { asciiDigits } from '@/server/core/typed-input'

const account = identifierSchema.meta({ description: 'An email address or a username.', example: 'john@example.com' })

export const locateQuery = z.object({ account })
export const sendBody = z.object({ account })
export const verifyBody = z.object({ account, code: z.string().transform(asciiDigits).meta({ example: '904854' }) })

/** Whether a code has digits only. Spaces and dashes are refused here, as this contract documents. */
export const isCode = (code: string): boolean => /^[0-9]+$/.test(code)

/** A missing field, or one that is not a string, counts as blank, because the token's errors come before the fields'. */
const blankable = z
  .string()
  .transform((password) => password.normalize('NFC'))
  .catch('')

export const updateBody = z
  .object({
    password: blankable.meta({ example: 'plum river lantern 42' }),
    repassword: blankable.meta({ example: 'plum river lantern 42' }),
  })
  .catch({ password: '', repassword: '' })

export const tokenParams = z.object({
  token: z.string().meta({
    description: 'The token that `verify` returned for a correct code: 60 letters and digits.',
    example: 'ElXFoc1kkOzFwtXnQ4dJ4Ds3npERKvJ7sMGxikcuGlP5kiwBsiq37e91woJL',
  }),
})

export const SENT = {
  success: 'A verification code has been sent to your email. Please check your inbox and enter the code to proceed.',
} as const
export const GRANTED = 'Access granted. You can now change your password.'
export const MAY_CHANGE = { success: 'you can now change your password' } as const
export const CHANGED = { success: 'Password changed successfully, You can now log in with your new password' } as const

export const locatedBody = z.strictObject({
  success: z.strictObject({ email: z.string(), full_name: z.string(), picture: z.url() }),
})
export const sentBody = z.strictObject({ success: z.literal(SENT.success) })
export const grantedBody = z.strictObject({
  success: z.literal(GRANTED),
  token: z.string().regex(/^[A-Za-z0-9]{60}$/),
})
export const mayChangeBody = z.strictObject({ success: z.literal(MAY_CHANGE.success) })
export const changedBody = z.strictObject({ success: z.literal(CHANGED.success) })

export const errorBody = z.strictObject({ error: z.string() })
export const waitBody = z.strictObject({
  error: z.literal('Retry limit reached. Please wait '),
  time: z.string().regex(/^\d+:[0-5]\d:[0-5]\d$/),
})
export const informationBody = z.strictObject({ information: z.string() })
