import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { RecoveryError } from '@/server/core/errors'

/** argon2id, OWASP Password Storage Cheat Sheet: m=19456 KiB, t=2, p=1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT_PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$'

/** A hash keeps a core busy, so as many run at once as there are cores. Other requests still get their turn. */
const slots = pLimit(Math.max(2, availableParallelism()))
const MAX_WAITING = 500

function inSlot<Result>(work: () => Promise<Result>): Promise<Result> {
  if (slots.pendingCount >= MAX_WAITING) throw new RecoveryError('busy', { retryAfterSeconds: 5 })
  return slots(work)
}

/**
 * Hashes a password.
 * @param password at most 128 code points, in NFC
 * @throws RecoveryError `busy` when 500 passwords are already waiting
 */
export const hashPassword = (password: string): Promise<string> => inSlot(() => hash(password, PARAMETERS))

let decoy: Promise<string> | undefined

/**
 * Checks a password against a stored hash. Without a stored hash it does the same work with another hash and
 * returns false, so that an unknown account takes as long as a known one (WSTG-IDNT-04).
 * @throws RecoveryError `busy` when 500 passwords are already waiting
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('no account has this password', PARAMETERS)
  const against = stored ?? (await decoy)
  const matches = await inSlot(() => verify(against, password).catch(() => false))
  return matches && stored !== null
}

/** True when a hash was made with other parameters than `PARAMETERS`. */
export const needsRehash = (stored: string): boolean => !stored.startsWith(CURRENT_PREFIX)
