import { deflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { isThisMachine } from '@/server/db/connection-url'

/** The kinds of values that variables of the environment have. Each says what it must be, and gives an example. */

/**
 * A whole number.
 * @param what what the number means, for the error
 * @param fallback the value when the variable is not set
 */
export const integer = (what: string, min: number, max: number, fallback: number) =>
  z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return fallback
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= min && value <= max) return value
      ctx.addIssue({
        code: 'custom',
        message: `must be ${what}: a whole number from ${min} to ${max}`,
        params: { example: String(fallback) },
      })
      return z.NEVER
    })

/** One of the given values, or undefined when the variable is not set. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values, example: Values[number]) =>
  z.enum(values, { error: () => `must be one of ${values.join(', ')}, for example ${example}` }).optional()

/**
 * A URL, or undefined when the variable is not set.
 * @param protocols the allowed ones with a colon, for example `https:`
 * @param what what the URL must be, for the error
 */
export const url = (protocols: string[], what: string, example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be ${what}`,
      params: { example },
    })
    .optional()

/** True for an address that only this machine can reach. */
export const isLocalAddress = (address: URL): boolean => isThisMachine(address.hostname)

/** True for an https address, or an http address of this machine. */
export function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isThisMachine(hostname))
}

/** True for an origin that is written as browsers write it in the `Origin` header. */
export function isWebOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  return new URL(text).origin === text && isWebAddress(text)
}

/**
 * True for text that may be random: it has at least ten different bytes, and repeats too little to be compressed much.
 * Keys of `openssl rand` always pass; words that are repeated to the required length do not.
 */
export function looksRandom(text: string): boolean {
  const bytes = Buffer.from(text)
  return new Set(bytes).size >= 10 && deflateRawSync(bytes, { level: 9 }).length >= 24
}

/** True for a secret as the Standard Webhooks specification writes it. */
export function isWebhookSecret(text: string): boolean {
  const [, base64] = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? []
  const length = Buffer.from(base64 ?? '', 'base64').length
  return length >= 24 && length <= 64
}

/** True for an https address, or a mailto address with one recipient. */
export const isContactAddress = (text: string): boolean =>
  /^mailto:[^@\s]+@[^@\s]+$/.test(text) || (/^https:/.test(text) && URL.canParse(text))

/** True for the path of an SVG or PNG file under `public/`, or an https address. */
export const isLogoAddress = (text: string): boolean =>
  /^\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:svg|png)$/.test(text) ||
  (/^https:\/\//.test(text) && !/[\s"'<>\\]/.test(text) && URL.canParse(text))
