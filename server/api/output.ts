import { z } from 'zod'
import { DEAD_SECRET_CODES } from '@/server/core/errors'

/**
 * Output schemas that several procedures use. tRPC checks each output against its schema and drops fields that the
 * schema does not name, so that nothing undocumented is sent.
 */

/** One fixed sentence of `ANSWERS`. */
export const message = <const Sentence extends string>(sentence: Sentence) => z.object({ message: z.literal(sentence) })

/** A point in time in ISO 8601, UTC, with milliseconds. */
export const time = z.iso.datetime()

export const seconds = z.int().min(0)

/** An id of 128 bits in the form of a UUID. Its version bits may have any value. */
export const id = z.guid()

/** An account, as its owner sees it. */
export const ownAccount = z.object({
  email: z.string(),
  username: z.string(),
  fullName: z.string(),
  picture: z.string().nullable(),
})

/** Why a link or a grant no longer works. */
export const deadSecretCode = z.enum(DEAD_SECRET_CODES)

/** Ties a form to the secret that it was shown for. */
export const formBinding = z
  .string()
  .meta({ description: 'Ties the form to the secret that this browser holds. The form sends it back.' })
