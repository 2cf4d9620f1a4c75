import { z } from 'zod'
import { typedPassword } from '@/server/contracts/typed-password'
import { emailSchema } from '@/server/core/schemas'

export const requestBody = z.object({ email: emailSchema.meta({ example: 'john@example.com' }) })

export const resetBody = z.object({
  new_password: typedPassword.meta({ example: 'plum river lantern 42' }),
  confirm_password: typedPassword.meta({ example: 'plum river lantern 42' }),
})

export const linkParams = z.object({
  uidb64: z.string().meta({
    description: 'The account id, encoded as base64url.',
    example: 'NWY4YzA5ZTItN2QxYS00YjNjLTllNGYtMGExYjJjM2Q0ZTVm',
  }),
  token: z
    .string()
    .meta({ description: 'The token from the email.', example: 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4' }),
})

export const SENT = { message: 'Password reset link sent to email' } as const
export const RESET = { message: 'Password successfully reset' } as const

export const sentBody = z.strictObject({ message: z.literal(SENT.message) })
export const resetDoneBody = z.strictObject({ message: z.literal(RESET.message) })

export const errorBody = z.strictObject({ error: z.string() })
