import { randomBytes } from 'node:crypto'
import type { RecoveryPolicy } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { type RedeemTurn, runRedeem } from './hash-lanes'
import { argon2id } from './password-formats/argon2'
import { bcrypt } from './password-formats/bcrypt'
import { betterAuthScrypt } from './password-formats/better-auth-scrypt'
import {
  djangoArgon2,
  djangoBcrypt,
  djangoBcryptSha256,
  djangoPbkdf2Sha1,
  djangoPbkdf2Sha256,
} from './password-formats/django'
import type { NewPasswordFormat, PasswordFormat, Verify } from './password-formats/format'
import { phpass } from './password-formats/phpass'

/** How new passwords are stored. Stored hashes are verified in any format. */
export type HashPolicy = Pick<RecoveryPolicy, 'passwordHash' | 'passwordPepper'>

/** The formats for new passwords, by the values of PASSWORD_HASH. */
const NEW_PASSWORD_FORMATS: Record<RecoveryPolicy['passwordHash'], NewPasswordFormat> = {
  argon2id,
  bcrypt,
  'django-pbkdf2-sha256': djangoPbkdf2Sha256,
  'django-argon2': djangoArgon2,
  'better-auth-scrypt': betterAuthScrypt,
}

/** The formats that are only verified come last. */
const FORMATS: readonly PasswordFormat[] = [
  ...Object.values(NEW_PASSWORD_FORMATS),
  djangoBcryptSha256,
  djangoBcrypt,
  djangoPbkdf2Sha1,
  phpass,
]

const formatThatMade = (stored: string) => FORMATS.find(({ prefix }) => prefix.test(stored))

/** How each format begins, and whether PASSWORD_HASH may name it: the others are only verified. */
export const PASSWORD_PREFIXES = FORMATS.map(({ name, prefix }) => ({
  name,
  prefix,
  isNew: name in NEW_PASSWORD_FORMATS,
}))

/** The value of PASSWORD_HASH that writes hashes like this one, or null if there is none. */
export const newFormatOf = (stored: string): RecoveryPolicy['passwordHash'] | null => {
  const found = Object.entries(NEW_PASSWORD_FORMATS).find(([, { prefix }]) => prefix.test(stored))
  return found ? (found[0] as RecoveryPolicy['passwordHash']) : null
}

const formatOf = (policy: HashPolicy) => NEW_PASSWORD_FORMATS[policy.passwordHash]

const pepperOf = (policy: HashPolicy) => policy.passwordPepper ?? ''

/**
 * Why the configured format cannot store a password, or null if it can.
 * @param password in NFC
 * @returns `password-too-many-bytes` with the limit in bytes, `password-too-long` with one in code points, or
 *   `password-unusable-character` for a NUL
 */
export function formatRefusal(policy: HashPolicy, password: string): RecoveryError | null {
  const { maxBytes = Number.POSITIVE_INFINITY, maxUnits = Number.POSITIVE_INFINITY, refusesNul } = formatOf(policy)
  if (Buffer.byteLength(password) > maxBytes) return new RecoveryError('password-too-many-bytes', { limit: maxBytes })
  // A code point is one or two units, so half as many code points always fit.
  if (password.length > maxUnits) return new RecoveryError('password-too-long', { limit: maxUnits / 2 })
  return refusesNul && password.includes('\0') ? new RecoveryError('password-unusable-character') : null
}

/** The most ASCII characters that the configured format can store, or infinity. */
export function maxCharacters(policy: HashPolicy): number {
  const { maxBytes = Number.POSITIVE_INFINITY, maxUnits = Number.POSITIVE_INFINITY } = formatOf(policy)
  return Math.min(maxBytes, maxUnits)
}

/**
 * Hashes a password in the configured format, in the lane of redeeming.
 * @param password at most 128 code points, in NFC
 * @throws RecoveryError `busy` as `runRedeem` does, or what `formatRefusal` finds
 */
export async function hashPassword(policy: HashPolicy, password: string, turn: RedeemTurn = {}): Promise<string> {
  const refusal = formatRefusal(policy, password)
  if (refusal) throw refusal
  return runRedeem(() => formatOf(policy).hash(password, pepperOf(policy)), turn)
}

/** Longer texts are no hash of any format. */
const MAX_HASH_LENGTH = 512

function readHash(policy: HashPolicy, stored: string): Verify | null {
  if (stored.length > MAX_HASH_LENGTH) return null
  return formatThatMade(stored)?.read(stored, pepperOf(policy)) ?? null
}

const unmatchable = new Map<string, Promise<string>>()

/**
 * A hash in the configured format that no known password matches. It is made once per process, from random bytes that
 * are not kept, so it costs nothing to disable a password with it or to compare with it.
 */
export function unusableHash(policy: HashPolicy): Promise<string> {
  const format = formatOf(policy)
  const made = unmatchable.get(format.name) ?? format.hash(randomBytes(32).toString('base64url'), pepperOf(policy))
  unmatchable.set(format.name, made)
  made.catch(() => unmatchable.delete(format.name)) // the next call tries again
  return made
}

/** Takes as long as comparing a wrong password with a hash in the configured format. */
async function failAsUsual(policy: HashPolicy, password: string): Promise<false> {
  await readHash(policy, await unusableHash(policy))?.(password)
  return false
}

/** Runs a hash when its lane has a free slot. */
type RunInLane = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Checks a password against a stored hash of any known format. A missing hash, an unknown format and a malformed or
 * too costly hash take as long as a wrong password, so that an unknown account looks like a known one (WSTG-IDNT-04).
 * @param password in NFC
 * @param inLane for a server, which must not run too many hashes at once; runs the hash at once by default
 * @throws what `inLane` throws; nothing for any stored hash
 */
export async function verifyPassword(
  policy: HashPolicy,
  stored: string | null,
  password: string,
  inLane: RunInLane = (work) => work(),
): Promise<boolean> {
  const verify = stored === null ? null : readHash(policy, stored)
  return inLane(async () => {
    if (!verify) return failAsUsual(policy, password)
    try {
      return await verify(password)
    } catch {
      return failAsUsual(policy, password) // an algorithm refuses what looked well-formed
    }
  })
}

/**
 * True when a verified hash should be replaced: it has another format than the configured one, or costs less.
 * False where that would change the password, because one of the two formats compares only a part of it.
 */
export function needsRehash(policy: HashPolicy, stored: string, password: string): boolean {
  const current = formatOf(policy)
  if (current.prefix.test(stored) && current.isCurrent(stored)) return false
  const { maxBytes = Number.POSITIVE_INFINITY } = formatThatMade(stored) ?? {}
  return Buffer.byteLength(password) <= maxBytes && formatRefusal(policy, password) === null
}

/** Prefixes of other formats. Anything else might be the beginning of a password that is stored as it is. */
const OTHER_FORMAT =
  /^(?:\$(?:1|5|6|7|y|gy|2|2x|S|md5|apr1|sha1|wp|scrypt|fbscrypt|pbkdf2(?:-sha\d+)?)\$|(?:scrypt|sha1|md5|crypt)\$)/

/**
 * The kind of a stored hash that no password can match, for the log: its format or prefix, or `other` for one that is
 * not known. Null for a hash that can be verified, and for "no password": an empty text or Django's `!`.
 */
export function unreadableKind(policy: HashPolicy, stored: string): string | null {
  if (stored === '' || stored.startsWith('!') || readHash(policy, stored)) return null
  return formatThatMade(stored)?.name ?? OTHER_FORMAT.exec(stored)?.[0] ?? 'other'
}
