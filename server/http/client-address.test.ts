import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { clientNetworks, networksOf, SOCKET_ADDRESS_HEADER, widestNetworkOf } from './client-address'

const names = (networks: ReturnType<typeof networksOf>) => networks.map(({ name }) => name)

/** The narrowest network behind a number of proxies. */
const behind = (hops: number, forwarded: string | null) =>
  clientNetworks(
    new Headers({
      [SOCKET_ADDRESS_HEADER]: '192.0.2.1',
      ...(forwarded === null ? {} : { 'x-forwarded-for': forwarded }),
    }),
    hops,
  )[0].name

describe('without a proxy', () => {
  it("uses the socket's address and ignores X-Forwarded-For", () => {
    for (const claimed of [null, '203.0.113.9', '203.0.113.9, 198.51.100.7', '', 'unknown', '127.0.0.1']) {
      expect(behind(0, claimed)).toBe('192.0.2.1')
    }
  })

  it('ignores the other headers that proxies use', () => {
    const headers = new Headers({
      [SOCKET_ADDRESS_HEADER]: '192.0.2.1',
      forwarded: 'for=203.0.113.9',
      'x-real-ip': '203.0.113.9',
      'cf-connecting-ip': '203.0.113.9',
      'true-client-ip': '203.0.113.9',
    })
    expect(clientNetworks(headers, 0)[0].name).toBe('192.0.2.1')
    expect(clientNetworks(headers, 1)[0].name).toBe('192.0.2.1')
  })
})

describe('behind proxies', () => {
  it('uses the address that the outermost trusted proxy appended, counted from the right', () => {
    const header = '10.9.9.9, 203.0.113.9, 198.51.100.7'
    expect([1, 2, 3].map((hops) => behind(hops, header))).toEqual(['198.51.100.7', '203.0.113.9', '10.9.9.9'])
  })

  it('ignores what a client puts in front', () => {
    for (const forged of ['1.1.1.1', '1.1.1.1, 2.2.2.2, 3.3.3.3', ',,,', 'x'.repeat(5000), '"for=1.1.1.1"']) {
      expect(behind(1, `${forged}, 203.0.113.9`)).toBe('203.0.113.9')
    }
  })

  it('reads several headers as one list', () => {
    const headers = new Headers({ [SOCKET_ADDRESS_HEADER]: '192.0.2.1' })
    headers.append('x-forwarded-for', '1.1.1.1')
    headers.append('x-forwarded-for', '203.0.113.9')
    expect(clientNetworks(headers, 1)[0].name).toBe('203.0.113.9')
    expect(clientNetworks(headers, 2)[0].name).toBe('1.1.1.1')
  })

  it("uses the socket's address for a request that bypassed the proxies", () => {
    expect(behind(1, null)).toBe('192.0.2.1')
    expect(behind(1, '')).toBe('192.0.2.1')
    expect(behind(3, '203.0.113.9, 198.51.100.7')).toBe('192.0.2.1')
  })
})

it('the widest network of a request is that of the same address', () => {
  const widest = (forwarded: string | undefined, hops: number) => {
    const headers = { [SOCKET_ADDRESS_HEADER]: '192.0.2.1', ...(forwarded && { 'x-forwarded-for': forwarded }) }
    return widestNetworkOf({ headers } as unknown as IncomingMessage, hops)
  }
  expect(widest('1.1.1.1, 2001:db8:1:2::3', 1)).toBe('2001:db8:1::/48')
  expect(widest('1.1.1.1', 0)).toBe('192.0.2.0/24')
  expect(widest(undefined, 1)).toBe('192.0.2.0/24')
})

describe('the networks of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
    ['::ffff:0.0.0.1', '0.0.0.1'],
    ['::192.0.2.1', '192.0.2.1'], // the deprecated IPv4-compatible form, RFC 4291 §2.5.5.1
  ])('are the address and its /24 for IPv4: %s', (address, network) => {
    expect(networksOf(address)).toEqual([
      { name: network, width: 'ipv4/32' },
      { name: network.replace(/\d+$/, '0/24'), width: 'ipv4/24' },
    ])
  })

  it.each([
    ['2001:db8:1:2:3:4:5:6'],
    ['2001:db8:1:2::'],
    ['2001:db8:1:2::ffff'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:0db8:0001:0002::1'],
    ['[2001:db8:1:2::1]'],
    ['[2001:db8:1:2::1]:443'],
    ['2001:db8:1:2::1%eth0'],
    ['2001:db8:1:2:3::192.0.2.1'],
  ])('are the /64, the /56 and the /48 for IPv6: %s', (address) => {
    expect(networksOf(address)).toEqual([
      { name: '2001:db8:1:2::/64', width: 'ipv6/64' },
      { name: '2001:db8:1:0::/56', width: 'ipv6/56' },
      { name: '2001:db8:1::/48', width: 'ipv6/48' },
    ])
  })

  it('differ from the first bit on that is within their width', () => {
    const own = names(networksOf('2001:db8:1:2ff::1'))
    expect(own).toEqual(['2001:db8:1:2ff::/64', '2001:db8:1:200::/56', '2001:db8:1::/48'])
    expect(names(networksOf('2001:db8:1:2fe::1'))).toEqual(['2001:db8:1:2fe::/64', own[1], own[2]])
    expect(names(networksOf('2001:db8:1:3ff::1'))).toEqual(['2001:db8:1:3ff::/64', '2001:db8:1:300::/56', own[2]])
    expect(names(networksOf('2001:db8:0:2ff::1'))).toEqual([
      '2001:db8:0:2ff::/64',
      '2001:db8:0:200::/56',
      '2001:db8:0::/48',
    ])
    expect(names(networksOf('::1'))).toEqual(['0:0:0:0::/64', '0:0:0:0::/56', '0:0:0::/48'])
    expect(names(networksOf('198.51.100.255'))).toEqual(['198.51.100.255', '198.51.100.0/24'])
  })

  it.each([
    [''],
    ['unknown'],
    ['_hidden'],
    ['localhost'],
    ['1.2.3'],
    ['1.2.3.4.5'],
    ['256.1.1.1'],
    ['999.1.1.1:80'],
    ['1.2.3.99999:80'],
    ['01.2.3.4'],
    ['010.2.3.4'],
    ['0x7f.0.0.1'],
    ['127.1'],
    ['2130706433'],
    ['::ffff:010.0.0.1'],
    ['64:ff9b::010.0.0.1'],
    ['2001:db8'],
    ['2001:db8:::1'],
    ['[]'],
    ['[::1'.repeat(3)],
    ['<script>'],
    ['192.0.2.1 OR 1=1'],
    ['x'.repeat(10_000)],
  ])('are "unknown" alone for everything that is not an address: %s', (junk) => {
    expect(networksOf(junk)).toEqual([{ name: 'unknown', width: 'unknown' }])
  })
})
