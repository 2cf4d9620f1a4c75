const LONGEST = 100

/** Breaks of line and everything else that is not seen: a text part has no markup to keep a value in its place. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** A value from outside (a name, a device) as one short line of text; null when nothing is left of it. */
export function oneLine(value: string | null): string | null {
  const line = (value ?? '').replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim()
  return [...line].slice(0, LONGEST).join('') || null
}
