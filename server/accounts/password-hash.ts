import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { RecoveryError } from '@/server/core/errors'

/** argon2id, OWASP Password Storage Cheat Sheet: m=19456 KiB, t=2, p=1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT_PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$'

/** A hash fills a core: as many as there are cores run at once, so a flood of resets starves nobody. */
const slots = pLimit(Math.max(2, availableParallelism()))
const LONGEST_QUEUE = 500

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (slots.pendingCount >= LONGEST_QUEUE) throw new RecoveryError('busy', { retryAfterSeconds: 5 })
  return slots(work)
}

/**
 * Hashes a password of at most 128 code points, already in NFC.
 * @throws RecoveryError `busy` when 500 hashes are waiting already.
 */
export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(password, PARAMETERS))

let decoy: Promise<string> | undefined

/**
 * Checks a password. Without a stored hash it does the same work against a decoy and says no,
 * so an unknown account takes as long as a known one (WSTG-IDNT-04).
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('no account has this password', PARAMETERS)
  const against = stored ?? (await decoy)
  const matches = await inTurn(() => verify(against, password).catch(() => false))
  return matches && stored !== null
}

/** True when a hash was made with weaker parameters than today's. */
export const needsRehash = (stored: string): boolean => !stored.startsWith(CURRENT_PREFIX)
