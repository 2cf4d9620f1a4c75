import { hash, parseOptions, verify } from '@node-rs/argon2'
import type { NewPasswordFormat, Verify } from './format'

/** argon2id, OWASP Password Storage Cheat Sheet: m=19456 KiB, t=2, p=1. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT_PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$'

/** The most that a stored hash may cost: 256 MiB at once, 1 GiB in all passes together. libsodium's "moderate" fits. */
const MAX_MEMORY_KIB = 262_144
const MAX_TOTAL_KIB = 1_048_576
const MAX_PARALLELISM = 16

const SHAPE = /^\$argon2(?:id|i|d)\$(?:v=\d{2}\$)?m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/

/** Reads a hash in the PHC string format, of any of the three variants. */
export function readArgon2(stored: string): Verify | null {
  const cost = SHAPE.test(stored) ? parametersOf(stored) : null
  if (!cost || cost.parallelism > MAX_PARALLELISM) return null
  if (cost.memoryCost > MAX_MEMORY_KIB || cost.memoryCost * cost.timeCost > MAX_TOTAL_KIB) return null
  return (password) => verify(stored, password)
}

function parametersOf(stored: string) {
  try {
    return parseOptions(stored)
  } catch {
    return null
  }
}

/** Verifies all three variants of argon2, and makes argon2id (RFC 9106). */
export const argon2id: NewPasswordFormat = {
  name: 'argon2id',
  prefix: /^\$argon2(?:id|i|d)\$/,
  read: readArgon2,
  hash: (password) => hash(password, PARAMETERS),
  isCurrent: (stored) => stored.startsWith(CURRENT_PREFIX),
}
