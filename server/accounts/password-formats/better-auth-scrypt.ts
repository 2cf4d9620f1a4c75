import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { NewPasswordFormat } from './format'

const scryptAsync = promisify<string, string, number, ScryptOptions, Buffer>(scrypt)

/** The parameters of `@better-auth/utils`, which are not part of the hash. One hash takes 32 MiB. */
const PARAMETERS = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 }
const KEY_BYTES = 64

const SHAPE = /^([0-9a-f]{32}):([0-9a-f]{128})$/

/** better-auth derives the key from the password in NFKC and from the salt's hexadecimal text, not its bytes. */
const keyOf = (password: string, salt: string) => scryptAsync(password.normalize('NFKC'), salt, KEY_BYTES, PARAMETERS)

/** better-auth's own format: salt and key in hexadecimal, with a colon between and without a prefix. */
export const betterAuthScrypt: NewPasswordFormat = {
  name: 'better-auth-scrypt',
  prefix: /^[0-9a-f]{32}:/,
  read: (stored) => {
    const [, salt, key] = SHAPE.exec(stored) ?? []
    if (salt === undefined || key === undefined) return null
    return async (password) => timingSafeEqual(await keyOf(password, salt), Buffer.from(key, 'hex'))
  },
  hash: async (password) => {
    const salt = randomBytes(16).toString('hex')
    return `${salt}:${(await keyOf(password, salt)).toString('hex')}`
  },
  isCurrent: (stored) => SHAPE.test(stored),
  maxUnits: 128, // better-auth's maxPasswordLength, which its sign-in checks too
}
