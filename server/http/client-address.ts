import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The socket's address. `request-hooks.ts` sets this header on every request and overwrites a client's own. */
export const SOCKET_ADDRESS_HEADER = 'x-latchkey-socket-address'

/**
 * The network that a request is counted under.
 * @param hops how many trusted proxies append to `X-Forwarded-For`. The address is the one that the outermost of them
 * appended, counted from the right (ASVS 15.3.4). With 0 the header is ignored.
 * @returns an IPv4 address, the /64 of an IPv6 address, or `unknown`
 */
export function clientNetwork(headers: Headers, hops: number): string {
  const socket = headers.get(SOCKET_ADDRESS_HEADER) ?? ''
  if (hops === 0) return networkOf(socket)
  const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
  return networkOf(forwarded.at(-hops) || socket)
}

/**
 * The network of an address, which may have a port, brackets or a zone. IPv4 mapped into IPv6 is IPv4.
 * Everything that is not an address is `unknown`, so that all such requests share one count.
 */
export function networkOf(address: string): string {
  const bare = address
    .replace(/^\[|\](?::\d+)?$/g, '')
    .replace(/%.*$/, '')
    .replace(/^([\d.]+):\d+$/, '$1')
  // Checked by Node.js, because ipaddr.js also reads octal, hexadecimal and short IPv4 (`010.1`).
  if (!isIP(bare)) return 'unknown'
  const parsed = ipaddr.process(bare)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  const prefix = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${prefix.join(':')}::/64`
}
