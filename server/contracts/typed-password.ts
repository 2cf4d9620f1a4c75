import { z } from 'zod'

/** A new password as typed, in NFC. The core checks the password rules later, after the token. */
export const typedPassword = z
  .string()
  .min(1)
  .transform((password) => password.normalize('NFC'))
