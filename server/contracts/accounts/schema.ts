import { z } from 'zod'
import { emailSchema } from '@/server/core/schemas'

export const requestBody = z.object({ email: emailSchema.optional().meta({ example: 'john@gmail.com' }) })

export const linkQuery = z.object({
  token: z
    .string()
    .meta({ description: 'The token from the email.', example: 'mnks3K903cBccE_roofibAOzwLlOjfGCxkE-7MBq4m4' }),
})

export const SENT = {
  success: true,
  message: 'An email with the password reset link has been sent to your registered email',
  data: [],
} as const

export const sentBody = z.strictObject({
  success: z.literal(true),
  message: z.literal(SENT.message),
  data: z.array(z.string()).max(0),
})

export const errorBody = z.strictObject({
  success: z.literal(false),
  message: z.string(),
  data: z.array(z.string()).max(0),
})
