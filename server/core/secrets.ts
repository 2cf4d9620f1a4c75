import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The secrets of a request are derived from APP_SECRET and the seed in its row, and are never stored: the database
 * holds digests only. Nothing that a browser receives is an input, so neither APP_SECRET alone nor a copy of the
 * database alone opens an account. An email that is rendered again has the same bytes. Grants are random, not derived.
 */

/** The values of APP_SECRET, newest first. The first makes new secrets; all of them verify existing ones. */
export type SecretRing = readonly [string, ...string[]]

/** Part of each derived secret. A new name would invalidate emails that were sent; `not-me` is for securing an account. */
type SecretPurpose = 'link' | 'code' | 'not-me' | 'reset-token' | 'stop-emails'

/** The usual form of 32 hexadecimal digits. */
export const formatUuid = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

/** 128 random bits in the format of a UUID (ASVS 11.5.1). All bits are random; a UUIDv4 has six fixed bits. */
export const newRequestId = (): string => formatUuid(randomBytes(16).toString('hex'))

/** The 16 bytes of a UUID. */
export const idBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')

/** A new seed: 256 random bits. It stays in the row of its request and is shown to no client. */
export const newSeed = (): Buffer => randomBytes(32)

/** The seed of a row. Rows from before seeds were stored have the secrets of their id. */
export const seedOf = (row: { id: string; seed: Buffer | null }): Buffer => row.seed ?? idBytes(row.id)

const derive = (secret: string, purpose: SecretPurpose, seed: Buffer, round = 0) =>
  createHmac('sha256', secret).update(`latchkey ${purpose} ${round} `).update(seed).digest()

/** SHA-256 of a token. A fast hash is enough for secrets with at least 128 random bits (ASVS 11.4.2). */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** The link token of a request: 32 bytes as 43 characters of base64url. */
export const linkTokenOf = (secret: string, seed: Buffer): string => derive(secret, 'link', seed).toString('base64url')

/**
 * True for 43 characters of canonical base64url. Decoders ignore two bits of the last character, so each token has
 * three other spellings; they are refused.
 */
export const isLinkToken = (token: string): boolean =>
  /^[A-Za-z0-9_-]{43}$/.test(token) && Buffer.from(token, 'base64url').toString('base64url') === token

const CODE_COUNT = 1_000_000
/** The largest multiple of CODE_COUNT that fits into 32 bits: below it, every remainder is equally likely. */
const UNBIASED_LIMIT = Math.floor(2 ** 32 / CODE_COUNT) * CODE_COUNT

/** The six-digit code of a request. Words that would make low codes more likely are skipped. */
export function codeOf(secret: string, seed: Buffer): string {
  for (let round = 0; ; round++) {
    const bytes = derive(secret, 'code', seed, round)
    for (let offset = 0; offset < bytes.length; offset += 4) {
      const word = bytes.readUInt32BE(offset)
      if (word < UNBIASED_LIMIT) return String(word % CODE_COUNT).padStart(6, '0')
    }
  }
}

/** The digest of a code, bound to its request. Keyed, because six digits are easy to enumerate. */
export const codeDigestOf = (secret: string, id: string, code: string): Buffer =>
  createHmac('sha256', secret).update('latchkey code-digest ').update(idBytes(id)).update(code).digest()

/** A digest that recognizes an identifier without storing it. Keyed, because addresses are easy to guess. */
export const identifierDigestOf = (secret: string, identifier: string): Buffer =>
  createHmac('sha256', secret).update('latchkey identifier ').update(identifier).digest()

/**
 * The token in the link of a "password changed" email: the email's id and its HMAC, 48 bytes as 64 characters of
 * base64url. No part of it needs to be stored.
 */
export const secureAccountTokenOf = (secret: string, id: string): string =>
  Buffer.concat([idBytes(id), derive(secret, 'not-me', idBytes(id))]).toString('base64url')

/** The id that a token of 64 characters begins with, or null. Its other 32 bytes still have to be checked. */
export const idInToken = (token: string): string | null =>
  /^[A-Za-z0-9_-]{64}$/.test(token) ? formatUuid(Buffer.from(token, 'base64url').subarray(0, 16).toString('hex')) : null

/**
 * The token in a reset email that stops further ones: the request's id and an HMAC of its seed, 48 bytes as 64
 * characters of base64url.
 */
export const stopEmailsTokenOf = (secret: string, id: string, seed: Buffer): string =>
  Buffer.concat([idBytes(id), derive(secret, 'stop-emails', seed)]).toString('base64url')

/** Whether a token is that of `stopEmailsTokenOf` for a request, under any secret of the ring. */
export const isStopEmailsToken = (ring: SecretRing, token: string, id: string, seed: Buffer): boolean =>
  ring.some((secret) => sameBytes(Buffer.from(stopEmailsTokenOf(secret, id, seed)), Buffer.from(token)))

/** The id in a token of `secureAccountTokenOf`, or null if it was not made with any secret of the ring. */
export function readSecureAccountToken(ring: SecretRing, token: string): string | null {
  const id = idInToken(token)
  if (!id) return null
  const bytes = Buffer.from(token, 'base64url')
  const isGenuine = ring.some((secret) => timingSafeEqual(derive(secret, 'not-me', idBytes(id)), bytes.subarray(16)))
  return isGenuine ? id : null
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const GRANT_LENGTH = 60
const RESET_TOKEN_LENGTH = 50

/** Letters and digits from a source of random bytes. Bytes that would make some letters more likely are skipped. */
function lettersFrom(bytesOf: (round: number) => Buffer, length: number): string {
  let text = ''
  for (let round = 0; text.length < length; round++) {
    for (const byte of bytesOf(round)) {
      if (byte < 4 * ALPHABET.length && text.length < length) text += ALPHABET[byte % ALPHABET.length]
    }
  }
  return text
}

/** Creates a grant: 60 random letters and digits, given in exchange for a correct code. */
export const newGrant = (): string => lettersFrom(() => randomBytes(2 * GRANT_LENGTH), GRANT_LENGTH)

/** The 50 letters and digits in the JWT of a request. */
export const resetTokenOf = (secret: string, seed: Buffer): string =>
  lettersFrom((round) => derive(secret, 'reset-token', seed, round), RESET_TOKEN_LENGTH)

/** The 32-byte key for one use of APP_SECRET. Different uses have unrelated keys. */
export const deriveKey = (secret: string, use: string): Buffer =>
  createHmac('sha256', secret).update(`latchkey key ${use}`).digest()

/** True for text in the format of a grant. */
export const isGrant = (token: string): boolean => /^[A-Za-z0-9]{60}$/.test(token)

/** Compares in constant time. Buffers of different lengths are unequal. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
