import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Requester } from '@/server/core/context'

/** The socket's address. `request-hooks.ts` sets this header on every request and overwrites a client's own. */
export const SOCKET_ADDRESS_HEADER = 'x-latchkey-socket-address'

/** The networks of an address. */
type Networks = Requester['networks']

const UNKNOWN: Networks = [{ name: 'unknown', width: 'unknown' }]

/**
 * The networks that a request is counted under.
 * @param hops how many trusted proxies append to `X-Forwarded-For`. The address is the one that the outermost of them
 * appended, counted from the right (ASVS 15.3.4). With 0 the header is ignored.
 */
export function clientNetworks(headers: Headers, hops: number): Networks {
  const socket = headers.get(SOCKET_ADDRESS_HEADER) ?? ''
  if (hops === 0) return networksOf(socket)
  const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
  return networksOf(forwarded.at(-hops) || socket)
}

/** The name of the widest network of a request that has its socket's address, and that Next.js has not seen yet. */
export function widestNetworkOf({ headers }: IncomingMessage, hops: number): string {
  const known = [SOCKET_ADDRESS_HEADER, 'x-forwarded-for'].map((name) => [name, [headers[name]].flat().join(', ')])
  return clientNetworks(new Headers(known as [string, string][]), hops).at(-1)?.name ?? ''
}

/**
 * The networks of an address, which may have a port, brackets or a zone. IPv4 mapped into IPv6 is IPv4.
 * @returns IPv4: the address and its /24. IPv6: the /64, /56 and /48. Everything that is not an address is `unknown`,
 * so that all such requests share one count.
 */
export function networksOf(address: string): Networks {
  const bare = address
    .replace(/^\[|\](?::\d+)?$/g, '')
    .replace(/%.*$/, '')
    .replace(/^([\d.]+):\d+$/, '$1')
  // Checked by Node.js, because ipaddr.js also reads octal, hexadecimal and short IPv4 (`010.1`).
  if (!isIP(bare)) return UNKNOWN
  const parsed = ipaddr.process(bare)
  return parsed instanceof ipaddr.IPv4 ? ipv4Networks(parsed) : ipv6Networks(parsed)
}

const ipv4Networks = (address: ipaddr.IPv4): Networks => [
  { name: address.toString(), width: 'ipv4/32' },
  { name: `${address.octets.slice(0, 3).join('.')}.0/24`, width: 'ipv4/24' },
]

function ipv6Networks({ parts }: ipaddr.IPv6): Networks {
  const [a = 0, b = 0, c = 0, d = 0] = parts
  const prefix = (...groups: number[]) => groups.map((group) => group.toString(16)).join(':')
  return [
    { name: `${prefix(a, b, c, d)}::/64`, width: 'ipv6/64' },
    { name: `${prefix(a, b, c, d & 0xff00)}::/56`, width: 'ipv6/56' },
    { name: `${prefix(a, b, c)}::/48`, width: 'ipv6/48' },
  ]
}
