import { createHmac, randomBytes } from 'node:crypto'
import { secondsAfter } from '@/server/core/context'
import { deriveKey, formatUuid, idBytes, type SecretRing, sameBytes } from '@/server/core/secrets'

/**
 * The device cookie: it tells that a browser has signed in to an account before (OWASP authentication cheat sheet,
 * "device cookies"). It opens nothing. Strangers who use up the budget of an account do not keep such a browser out.
 */

/** What one entry of the cookie says, in its signed part. */
export interface KnownDevice {
  /** Made of 128 random bits, base64url. It stays the same as long as the browser has the cookie. */
  id: string
  accountId: string
  /** The account's when the browser signed in. A change of password raises it, and so ends the entry. */
  passwordVersion: number
}

export const DEVICE_COOKIE_TTL_SECONDS = 365 * 24 * 3600

/** A browser that several people use remembers this many accounts, the latest first. */
const MAX_ENTRIES = 4

const ID_BYTES = 16
/** Device id, account id, password version, and when it was signed, in seconds. */
const SIGNED_BYTES = ID_BYTES + 16 + 4 + 4
/** Of each entry. */
const SHAPE = /^[A-Za-z0-9_-]{96}$/

const macOf = (secret: string, signed: Buffer) =>
  createHmac('sha256', deriveKey(secret, 'device cookie')).update(signed).digest()

/** The id of a device that has none yet. */
export const newDeviceId = (): string => randomBytes(ID_BYTES).toString('base64url')

function sign(ring: SecretRing, device: KnownDevice, now: Date): string {
  const signed = Buffer.concat([Buffer.from(device.id, 'base64url'), idBytes(device.accountId), Buffer.alloc(8)])
  signed.writeUInt32BE(device.passwordVersion, ID_BYTES + 16)
  signed.writeUInt32BE(Math.floor(now.getTime() / 1000), ID_BYTES + 20)
  return Buffer.concat([signed, macOf(ring[0], signed)]).toString('base64url')
}

function read(ring: SecretRing, entry: string, now: Date): KnownDevice | null {
  if (!SHAPE.test(entry)) return null
  const bytes = Buffer.from(entry, 'base64url')
  const [signed, mac] = [bytes.subarray(0, SIGNED_BYTES), bytes.subarray(SIGNED_BYTES)]
  if (!ring.some((secret) => sameBytes(macOf(secret, signed), mac))) return null
  const signedAt = new Date(signed.readUInt32BE(ID_BYTES + 20) * 1000)
  if (secondsAfter(signedAt, DEVICE_COOKIE_TTL_SECONDS) <= now) return null
  return {
    id: signed.subarray(0, ID_BYTES).toString('base64url'),
    accountId: formatUuid(signed.subarray(ID_BYTES, ID_BYTES + 16).toString('hex')),
    passwordVersion: signed.readUInt32BE(ID_BYTES + 16),
  }
}

/** The entries that were signed with any secret of the ring, at most a year ago. None for any other text. */
export function readDeviceCookie(ring: SecretRing, value: string | null, now: Date): KnownDevice[] {
  const entries = (value ?? '').split('.').slice(0, MAX_ENTRIES)
  return entries.map((entry) => read(ring, entry, now)).filter((device) => device !== null)
}

/**
 * The cookie of a browser that has just signed in: its earlier value, with the entry of this account replaced.
 * @param earlier the value that the browser sent, if any
 */
export function addToDeviceCookie(ring: SecretRing, earlier: string | null, device: KnownDevice, now: Date): string {
  const isOther = (entry: string) => {
    const known = read(ring, entry, now)
    return known !== null && known.accountId !== device.accountId
  }
  const others = (earlier ?? '').split('.').slice(0, MAX_ENTRIES).filter(isOther)
  return [sign(ring, device, now), ...others].slice(0, MAX_ENTRIES).join('.')
}
