import { createHash } from 'node:crypto'

/** For everything: the name look-up, the connection, and the last byte of the answer. */
const TIMEOUT_MS = 1_000

/** An answer has about 1,000 lines of 40 bytes, and padding. One that is much longer is no such answer. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** A line of an answer: 35 hexadecimal digits, and how often the password was seen. 0 is padding. */
const LINE = /^([0-9A-F]{35}):(\d{1,12})$/

export interface BreachedPasswords {
  /** Whether a password is known from a data breach. False if the service does not answer, or not as documented. */
  has(password: string): Promise<boolean>
}

/**
 * Looks passwords up by k-anonymity: five hexadecimal digits of the SHA-1 leave the process, and the answer has every
 * known password with these digits (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2.12). The answer is padded, so that its length
 * does not tell the digits to someone who listens.
 * @param options.url the address that the five digits are appended to
 * @param options.onFailure called with the reason when the service cannot be used; it gets no part of the hash
 */
export const createBreachedPasswords = (options: {
  url: string
  onFailure: (reason: string) => void
}): BreachedPasswords => ({
  async has(password) {
    const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase()
    try {
      const lines = await readRange(options.url, hash.slice(0, 5))
      return lines.some(([suffix, count]) => suffix === hash.slice(5) && count > 0)
    } catch (error) {
      options.onFailure(reasonOf(error))
      return false
    }
  },
})

/** The service answered, but not as a range API does. */
class UnusableAnswer extends Error {}

/** Reads the answer for five digits: the rest of each hash, and its count. */
async function readRange(url: string, digits: string): Promise<[suffix: string, count: number][]> {
  const response = await fetch(`${url.replace(/\/?$/, '/')}${digits}`, {
    headers: { 'add-padding': 'true', 'user-agent': 'latchkey' },
    redirect: 'error', // would send the digits elsewhere
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new UnusableAnswer(`status ${response.status}`)
  }
  const lines = (await readText(response)).split(/\r?\n/).filter((line) => line !== '')
  if (lines.length === 0) throw new UnusableAnswer('an empty answer')
  return lines.map((line) => {
    const [, suffix = '', count] = LINE.exec(line.trim().toUpperCase()) ?? []
    if (!count) throw new UnusableAnswer('an answer of another form')
    return [suffix, Number(count)]
  })
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new UnusableAnswer('an answer that is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

/** Why a look-up failed. The message of an error by `fetch` may contain the address, so only its code is told. */
function reasonOf(error: unknown): string {
  if (error instanceof UnusableAnswer) return error.message
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer within a second'
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? 'the connection failed'
}
