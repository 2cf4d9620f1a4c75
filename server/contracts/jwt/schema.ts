import { z } from 'zod'
import { typedPassword } from '@/server/contracts/typed-password'
import { emailSchema } from '@/server/core/schemas'

const TOKEN_EXAMPLE = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoi4oCmIn0.c2lnbmF0dXJl'

export const requestBody = z.object({ email: emailSchema.meta({ example: 'user@example.com' }) })

export const resetBody = z.object({
  token: z.string().min(1).meta({ description: 'The JWT from the email.', example: TOKEN_EXAMPLE }),
  new_password: typedPassword.meta({ example: 'plum river lantern 42' }),
  confirm_password: typedPassword.meta({ example: 'plum river lantern 42' }),
})

export const linkQuery = z.object({
  token: z.string().meta({ description: 'The token from the email.', example: TOKEN_EXAMPLE }),
})

export const SENT = { detail: 'If this email exists, a reset link has been sent.' } as const
export const RESET = { detail: 'Password has been reset successfully.' } as const

export const sentBody = z.strictObject({ detail: z.literal(SENT.detail) })
export const resetDoneBody = z.strictObject({ detail: z.literal(RESET.detail) })

const texts = z.array(z.string()).min(1)

export const detailBody = z.strictObject({ detail: z.string() })
export const emailErrorBody = z.strictObject({ email: texts })
export const resetErrorBody = z.union([
  detailBody,
  z.strictObject({ non_field_errors: texts }),
  z.strictObject({ token: texts, new_password: texts, confirm_password: texts }).partial(),
])
