const MAX_LENGTH = 100

/** Line breaks, control characters and marks that change the direction of text. In plain text nothing limits their effect. */
const INVISIBLE = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Makes one line of at most 100 characters from a value from outside (a name, a device); null if none is left. */
export function oneLine(value: string | null): string | null {
  const line = (value ?? '').replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim()
  return [...line].slice(0, MAX_LENGTH).join('') || null
}

/** Dots that join the labels of a host name; browsers accept the last four too (UTS #46). */
const DOTS = '.\u2024\u3002\uff0e\uff61'
/** What else joins the parts of an address, in ASCII and full width. */
const SEPARATORS = '/\\\\@:\uff0f\uff3c\uff20\uff1a'

const JOINED = new RegExp(`([${DOTS}${SEPARATORS}])(?=\\S)`, 'gu')

/** Adds a space after each character that joins the parts of an address. */
const spaced = (line: string) => line.replace(JOINED, '$1 ')

/** A telephone number. No name has so many digits. */
const PHONE_NUMBER = /\+?\p{Nd}(?:[\s().-]*\p{Nd}){6,}/gu

/**
 * A name from outside, as emails show it: "evil.example/x" becomes "evil. example/ x", and telephone numbers are left
 * out. Mail programs turn addresses and numbers in a text into links, and the email would vouch for them.
 * @returns null if nothing is left to show.
 */
export function inertName(value: string | null): string | null {
  const line = oneLine(value)
  return line && spaced(line.replace(PHONE_NUMBER, '…'))
}

/** A username in plain text, where only a space keeps mail programs from finding an address. */
export const inertUsername = (line: string): string => spaced(line)

/**
 * A username in HTML. Its characters are unchanged, so that it can be copied. Each dot is an element of its own, so mail
 * programs find no address. A username with a slash, colon or @ is spaced, as in plain text.
 * @param escapeText escapes text for HTML
 */
export function inertUsernameHtml(line: string, escapeText: (text: string) => string): string {
  if (new RegExp(`[${SEPARATORS}]`, 'u').test(line)) return escapeText(spaced(line))
  return escapeText(line).replace(new RegExp(`[${DOTS}]`, 'gu'), '<span>$&</span>')
}
