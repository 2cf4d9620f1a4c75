import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { Requester } from '@/server/core/context'

/** Stamped on every request by `before-next.ts`, over whatever a client sent under this name. */
export const SOCKET_ADDRESS_HEADER = 'x-latchkey-socket-address'

/**
 * Who is asking, from the headers of a request. With `hops` proxies in front, the client's address is the
 * one that the outermost of them appended to X-Forwarded-For, counted from the right (ASVS 15.3.4); with
 * none the header is not believed at all.
 */
export function requesterOf(headers: Headers, hops: number): Requester {
  return {
    address: clientAddress(headers, hops),
    device: deviceOf(headers.get('user-agent')),
    requestId: randomUUID(),
  }
}

/** The token of `Authorization: Bearer …`, or null. */
export const bearerTokenOf = (headers: Headers): string | null =>
  /^Bearer +([^\s]+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null

function clientAddress(headers: Headers, hops: number): string {
  const socket = headers.get(SOCKET_ADDRESS_HEADER) ?? ''
  if (hops === 0) return countedAddress(socket)
  const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
  return countedAddress(forwarded.at(-hops) || socket)
}

/** What an address is counted as: IPv4 as it is, also when mapped into IPv6; IPv6 by its /64. */
export function countedAddress(address: string): string {
  const bare = address
    .replace(/^\[|\](?::\d+)?$/g, '')
    .replace(/%.*$/, '')
    .replace(/^([\d.]+):\d+$/, '$1')
  if (isIP(bare) === 4) return bare
  if (isIP(bare) !== 6) return 'unknown'
  const groups = expand(bare)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6)
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of a valid IPv6 address. */
function expand(address: string): number[] {
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const hex = (a: string | undefined, b: string | undefined) => ((Number(a) << 8) | Number(b)).toString(16)
  const text = embedded ? `${embedded[1]}${hex(embedded[2], embedded[3])}:${hex(embedded[4], embedded[5])}` : address
  const [head = '', tail] = text.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const front = parse(head)
  if (tail === undefined) return front
  const back = parse(tail)
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back]
}

const BROWSERS: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A browser and a system by name, roughly, or null: enough for "was this you?", too little to track anybody. */
export function deviceOf(userAgent: string | null): string | null {
  if (!userAgent) return null
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1]
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? null
}
