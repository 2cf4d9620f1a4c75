import { createHash, pbkdf2, randomInt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { hash as argon2 } from '@node-rs/argon2'
import { readArgon2 } from './argon2'
import { BCRYPT_MAX_BYTES, readBcrypt } from './bcrypt'
import type { NewPasswordFormat, PasswordFormat, Verify } from './format'

/** The formats of `django.contrib.auth.hashers`. Django replaces a hash of other parameters at the next sign-in. */

const pbkdf2Async = promisify(pbkdf2)

/** The default of Django 5.2, the version with long-term support. OWASP asks for 600,000 with SHA-256. */
const ITERATIONS = 1_000_000
/** Takes a few seconds. Django's default grows by about a fifth with each version. */
const MAX_ITERATIONS = 10_000_000
const KEY_BYTES = { sha256: 32, sha1: 20 }

/** Django's default: 100 MiB in eight lanes. */
const ARGON2_PARAMETERS = { memoryCost: 102_400, timeCost: 2, parallelism: 8 }
const CURRENT_ARGON2_PREFIX = 'argon2$argon2id$v=19$m=102400,t=2,p=8$'

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** 22 letters and digits, 131 bits, as Django makes them. It replaces hashes with shorter salts. */
const newSalt = () => Array.from({ length: 22 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join('')

/** The iterations, salt and key of a well-formed PBKDF2 hash. */
function partsOf(stored: string, digest: 'sha256' | 'sha1') {
  const [, algorithm, count, salt, key] =
    /^pbkdf2_(\w+)\$([1-9]\d{0,8})\$([^$]{1,128})\$([A-Za-z0-9+/]{20,64}={0,2})$/.exec(stored) ?? []
  const expected = Buffer.from(key ?? '', 'base64')
  if (algorithm !== digest || salt === undefined || expected.length !== KEY_BYTES[digest]) return null
  if (expected.toString('base64') !== key) return null // Django compares the text
  return { iterations: Number(count), salt, expected }
}

function readPbkdf2(stored: string, digest: 'sha256' | 'sha1'): Verify | null {
  const parts = partsOf(stored, digest)
  if (!parts || parts.iterations > MAX_ITERATIONS) return null
  const { iterations, salt, expected } = parts
  return async (password) =>
    timingSafeEqual(await pbkdf2Async(password, salt, iterations, expected.length, digest), expected)
}

/** PBKDF2 with SHA-256, the default of Django. */
export const djangoPbkdf2Sha256: NewPasswordFormat = {
  name: 'django-pbkdf2-sha256',
  prefix: /^pbkdf2_sha256\$/,
  read: (stored) => readPbkdf2(stored, 'sha256'),
  hash: async (password) => {
    const salt = newSalt()
    const key = await pbkdf2Async(password, salt, ITERATIONS, KEY_BYTES.sha256, 'sha256')
    return `pbkdf2_sha256$${ITERATIONS}$${salt}$${key.toString('base64')}`
  },
  isCurrent: (stored) => (partsOf(stored, 'sha256')?.iterations ?? 0) >= ITERATIONS,
  refusesNul: true,
}

/** PBKDF2 with SHA-1, which Django kept for other applications' hashes. Only verified. */
export const djangoPbkdf2Sha1: PasswordFormat = {
  name: 'django-pbkdf2-sha1',
  prefix: /^pbkdf2_sha1\$/,
  read: (stored) => readPbkdf2(stored, 'sha1'),
}

/** A hash in the PHC string format after `argon2`. */
export const djangoArgon2: NewPasswordFormat = {
  name: 'django-argon2',
  prefix: /^argon2\$/,
  read: (stored) => readArgon2(stored.slice('argon2'.length)),
  hash: async (password) => `argon2${await argon2(password, { ...ARGON2_PARAMETERS, salt: Buffer.from(newSalt()) })}`,
  isCurrent: (stored) => stored.startsWith(CURRENT_ARGON2_PREFIX),
  refusesNul: true,
}

/** bcrypt of the password's SHA-256 in hexadecimal, so that bcrypt compares long passwords as a whole. */
export const djangoBcryptSha256: PasswordFormat = {
  name: 'django-bcrypt-sha256',
  prefix: /^bcrypt_sha256\$/,
  read: (stored) => {
    const verify = readBcrypt(stored.slice('bcrypt_sha256$'.length))
    return verify && ((password) => verify(createHash('sha256').update(password).digest('hex')))
  },
}

/** bcrypt of the password itself, which compares its first 72 bytes. Only verified. */
export const djangoBcrypt: PasswordFormat = {
  name: 'django-bcrypt',
  prefix: /^bcrypt\$/,
  read: (stored) => readBcrypt(stored.slice('bcrypt$'.length)),
  maxBytes: BCRYPT_MAX_BYTES,
}
