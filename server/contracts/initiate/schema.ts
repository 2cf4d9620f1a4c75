import { z } from 'zod'
import { emailSchema } from '@/server/core/schemas'

export const requestBody = z.object({ email: emailSchema.meta({ example: 'john@example.com' }) })

export const SENT = { message: 'Password Reset Email Sent!' } as const

export const sentBody = z.strictObject({ message: z.literal(SENT.message) })

export const errorBody = z.strictObject({ error: z.string() })
