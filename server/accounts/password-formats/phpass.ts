import { createHash, timingSafeEqual } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { PasswordFormat } from './format'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SHAPE = /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/

/** As a power of two. WordPress uses 13, phpBB 11; phpass makes none below 7. */
const MIN_LOG_ROUNDS = 7
const MAX_LOG_ROUNDS = 16
/** Rounds between two turns of the event loop, a few milliseconds. Node.js runs MD5 on the event loop only. */
const ROUNDS_PER_TURN = 512

const md5 = (...parts: (Buffer | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest()

/** phpass's base 64, which takes the bits of each three bytes from the lowest. */
function decode(text: string): Buffer {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 4) {
    const group = [...text.slice(at, at + 4)].reduce((sum, letter, n) => sum + ALPHABET.indexOf(letter) * 64 ** n, 0)
    bytes.push(group & 0xff, (group >> 8) & 0xff, (group >> 16) & 0xff)
  }
  return Buffer.from(bytes.slice(0, Math.floor((text.length * 3) / 4)))
}

async function digestOf(password: string, salt: string, rounds: number): Promise<Buffer> {
  let digest = md5(salt, password)
  for (let round = 0; round < rounds; round++) {
    if (round % ROUNDS_PER_TURN === ROUNDS_PER_TURN - 1) await setImmediate()
    digest = md5(digest, password)
  }
  return digest
}

/** The portable hashes of older PHP applications: WordPress before 6.8 (`$P$`) and phpBB 3.0 (`$H$`). */
export const phpass: PasswordFormat = {
  name: 'phpass',
  prefix: /^\$[PH]\$/,
  read: (stored) => {
    const [, cost = '', salt = '', key = ''] = SHAPE.exec(stored) ?? []
    const logRounds = cost ? ALPHABET.indexOf(cost) : 0
    if (logRounds < MIN_LOG_ROUNDS || logRounds > MAX_LOG_ROUNDS) return null
    return async (password) => timingSafeEqual(await digestOf(password, salt, 2 ** logRounds), decode(key))
  },
}
