import { z } from 'zod'

/** A new password as it was typed, in NFC. Its rules are told after the token was looked at, by the core. */
export const typedPassword = z
  .string()
  .min(1)
  .transform((password) => password.normalize('NFC'))
