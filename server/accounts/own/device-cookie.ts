import { createHmac, randomBytes } from 'node:crypto'
import { secondsAfter } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
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
  /** True if the typed name is the one that the browser last signed in to this account with. */
  hasSameName: boolean
}

/** What the cookie keeps of a browser that has just signed in. */
export type SignedInDevice = Omit<KnownDevice, 'hasSameName'> & { name: Identifier }

export const DEVICE_COOKIE_TTL_SECONDS = 365 * 24 * 3600

/** A browser that several people use remembers this many accounts, the latest first. */
const MAX_ENTRIES = 4

const ID_BYTES = 16
/** Device id, account id, password version, and when it was signed, in seconds. The digest of the name follows. */
const NAME_AT = ID_BYTES + 16 + 4 + 4
const NAME_BYTES = 24
const MAC_BYTES = 32
/** The shape of each entry. Older entries are shorter, because they have no digest of the name. */
const SHAPE = /^(?:[A-Za-z0-9_-]{128}|[A-Za-z0-9_-]{96})$/

const macOf = (secret: string, signed: Buffer) =>
  createHmac('sha256', deriveKey(secret, 'device cookie')).update(signed).digest()

/** Depends on the device, so that two cookies do not reveal that they are for the same name. */
const nameDigestOf = (secret: string, id: string, name: Identifier) =>
  createHmac('sha256', deriveKey(secret, 'device cookie name')).update(`${id} ${name}`).digest().subarray(0, NAME_BYTES)

/** The id of a device that has none yet. */
export const newDeviceId = (): string => randomBytes(ID_BYTES).toString('base64url')

function sign(ring: SecretRing, device: SignedInDevice, now: Date): string {
  const name = nameDigestOf(ring[0], device.id, device.name)
  const signed = Buffer.concat([Buffer.from(device.id, 'base64url'), idBytes(device.accountId), Buffer.alloc(8), name])
  signed.writeUInt32BE(device.passwordVersion, ID_BYTES + 16)
  signed.writeUInt32BE(Math.floor(now.getTime() / 1000), ID_BYTES + 20)
  return Buffer.concat([signed, macOf(ring[0], signed)]).toString('base64url')
}

function read(ring: SecretRing, entry: string, name: Identifier, now: Date): KnownDevice | null {
  if (!SHAPE.test(entry)) return null
  const bytes = Buffer.from(entry, 'base64url')
  const [signed, mac] = [bytes.subarray(0, -MAC_BYTES), bytes.subarray(-MAC_BYTES)]
  const secret = ring.find((secret) => sameBytes(macOf(secret, signed), mac))
  if (secret === undefined) return null
  const signedAt = new Date(signed.readUInt32BE(ID_BYTES + 20) * 1000)
  if (secondsAfter(signedAt, DEVICE_COOKIE_TTL_SECONDS) <= now) return null
  const id = signed.subarray(0, ID_BYTES).toString('base64url')
  return {
    id,
    accountId: formatUuid(signed.subarray(ID_BYTES, ID_BYTES + 16).toString('hex')),
    passwordVersion: signed.readUInt32BE(ID_BYTES + 16),
    hasSameName: sameBytes(signed.subarray(NAME_AT), nameDigestOf(secret, id, name)),
  }
}

/**
 * The entries that were signed with any secret of the ring, at most a year ago. None for any other text.
 * @param name the typed name
 */
export function readDeviceCookie(ring: SecretRing, value: string | null, name: Identifier, now: Date): KnownDevice[] {
  const entries = (value ?? '').split('.').slice(0, MAX_ENTRIES)
  return entries.map((entry) => read(ring, entry, name, now)).filter((device) => device !== null)
}

/**
 * The cookie of a browser that has just signed in: its earlier value, with the entry of this account replaced.
 * @param earlier the value that the browser sent, if any
 */
export function addToDeviceCookie(ring: SecretRing, earlier: string | null, device: SignedInDevice, now: Date): string {
  const isOther = (entry: string) => {
    const known = read(ring, entry, device.name, now)
    return known !== null && known.accountId !== device.accountId
  }
  const others = (earlier ?? '').split('.').slice(0, MAX_ENTRIES).filter(isOther)
  return [sign(ring, device, now), ...others].slice(0, MAX_ENTRIES).join('.')
}
