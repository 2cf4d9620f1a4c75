import { z } from 'zod'

/** The format is checked separately, because a missing and a malformed address have different answers. */
export const requestBody = z.object({ email: z.string().meta({ format: 'email', example: 'john@example.com' }) })

export const SENT = 'Password reset email sent successfully.'

export const sentBody = z.strictObject({ message: z.literal(SENT), reset_link: z.url() })

export const errorBody = z.strictObject({ message: z.string(), error: z.string(), status_code: z.int() })
