import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Every secret of a request is derived from its random id and APP_SECRET, and none is stored:
 * the database holds digests, and a mail rendered twice is the same to the byte.
 */

/** APP_SECRET, newest first. New secrets come from the first; older ones still recognise theirs. */
export type SecretRing = readonly [string, ...string[]]

type SecretPurpose = 'link' | 'code' | 'not-me' | 'reset-token'

/** 128 random bits in the shape of a UUID (ASVS 11.5.1); unlike UUIDv4 no bit of it is fixed. */
export function newRequestId(): string {
  const hex = randomBytes(16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const idBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')

const derive = (secret: string, purpose: SecretPurpose, id: string, round = 0) =>
  createHmac('sha256', secret).update(`latchkey ${purpose} ${round} `).update(idBytes(id)).digest()

/** SHA-256: enough for a digest of 128 random bits and more (ASVS 11.4.2). */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** The 43-character link token of a request, base64url. */
export const linkTokenOf = (secret: string, id: string): string => derive(secret, 'link', id).toString('base64url')

/** True only for the one spelling of 32 bytes that base64url encoders give. */
export const isLinkToken = (token: string): boolean =>
  /^[A-Za-z0-9_-]{43}$/.test(token) && Buffer.from(token, 'base64url').toString('base64url') === token

const CODES = 1_000_000
const UNBIASED = Math.floor(2 ** 32 / CODES) * CODES

/** The six-digit code of a request; words that would favour low codes are passed over. */
export function codeOf(secret: string, id: string): string {
  for (let round = 0; ; round++) {
    const bytes = derive(secret, 'code', id, round)
    for (let offset = 0; offset < bytes.length; offset += 4) {
      const word = bytes.readUInt32BE(offset)
      if (word < UNBIASED) return String(word % CODES).padStart(6, '0')
    }
  }
}

/** A code's digest, keyed (a million guesses are nothing) and bound to its request. */
export const codeDigestOf = (secret: string, id: string, code: string): Buffer =>
  createHmac('sha256', secret).update('latchkey code-digest ').update(idBytes(id)).update(code).digest()

/** Knows what somebody typed again without holding it. Keyed: addresses are guessable. */
export const identifierDigestOf = (secret: string, identifier: string): Buffer =>
  createHmac('sha256', secret).update('latchkey identifier ').update(identifier).digest()

/** A token that names its row and proves itself: id and HMAC, base64url. Nothing of it needs storing. */
export const signedIdOf = (secret: string, purpose: 'not-me', id: string): string =>
  Buffer.concat([idBytes(id), derive(secret, purpose, id)]).toString('base64url')

/** The id in a signed token, or null for one that no secret of the ring has made. */
export function readSignedId(ring: SecretRing, purpose: 'not-me', token: string): string | null {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const hex = bytes.subarray(0, 16).toString('hex')
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  const genuine = ring.some((secret) => timingSafeEqual(derive(secret, purpose, id), bytes.subarray(16)))
  return genuine ? id : null
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const GRANT_LENGTH = 60
const RESET_TOKEN_LENGTH = 50

/** Letters and digits from a source of bytes; bytes that would favour the first letters are passed over. */
function lettersFrom(bytesOf: (round: number) => Buffer, length: number): string {
  let text = ''
  for (let round = 0; text.length < length; round++) {
    for (const byte of bytesOf(round)) {
      if (byte < 4 * ALPHABET.length && text.length < length) text += ALPHABET[byte % ALPHABET.length]
    }
  }
  return text
}

/** 60 random letters and digits: what a right code earns. */
export const newGrant = (): string => lettersFrom(() => randomBytes(2 * GRANT_LENGTH), GRANT_LENGTH)

/** The 50 letters and digits that a request's JWT carries. */
export const resetTokenOf = (secret: string, id: string): string =>
  lettersFrom((round) => derive(secret, 'reset-token', id, round), RESET_TOKEN_LENGTH)

/** A key of its own for each use of APP_SECRET. */
export const deriveKey = (secret: string, use: string): Buffer =>
  createHmac('sha256', secret).update(`latchkey key ${use}`).digest()

export const isGrant = (token: string): boolean => /^[A-Za-z0-9]{60}$/.test(token)

/** Constant in time, whatever the lengths. */
export const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
