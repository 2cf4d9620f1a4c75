const MAX_LENGTH = 100

/** Line breaks, control characters and marks that change the direction of text: a plain text has no markup to stop them. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Makes one line of at most 100 characters from a value from outside (a name, a device); null if none is left. */
export function oneLine(value: string | null): string | null {
  const line = (value ?? '').replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
  return [...line].slice(0, MAX_LENGTH).join('') || null
}
