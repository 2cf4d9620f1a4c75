import { describe, expect, it } from 'vitest'
import { countedAddress, deviceOf, requesterOf, SOCKET_ADDRESS_HEADER } from './requester'

const addressOf = (hops: number, forwarded: string | null, socket = '192.0.2.1') =>
  requesterOf(
    new Headers({ [SOCKET_ADDRESS_HEADER]: socket, ...(forwarded === null ? {} : { 'x-forwarded-for': forwarded }) }),
    hops,
  ).address

describe('without a proxy', () => {
  it("the address is the socket's, whatever a client claims", () => {
    for (const claimed of [null, '203.0.113.9', '203.0.113.9, 198.51.100.7', '', 'unknown', '127.0.0.1']) {
      expect(addressOf(0, claimed)).toBe('192.0.2.1')
    }
  })

  it('no other header is believed either', () => {
    const headers = new Headers({
      [SOCKET_ADDRESS_HEADER]: '192.0.2.1',
      forwarded: 'for=203.0.113.9',
      'x-real-ip': '203.0.113.9',
      'cf-connecting-ip': '203.0.113.9',
      'true-client-ip': '203.0.113.9',
    })
    expect(requesterOf(headers, 0).address).toBe('192.0.2.1')
    expect(requesterOf(headers, 1).address).toBe('192.0.2.1')
  })
})

describe('behind proxies', () => {
  it('the address is what the outermost of them appended, counted from the right', () => {
    const header = '10.9.9.9, 203.0.113.9, 198.51.100.7'
    expect([1, 2, 3].map((hops) => addressOf(hops, header))).toEqual(['198.51.100.7', '203.0.113.9', '10.9.9.9'])
  })

  it('what a client puts in front changes nothing', () => {
    for (const forged of ['1.1.1.1', '1.1.1.1, 2.2.2.2, 3.3.3.3', ',,,', 'x'.repeat(5000), '"for=1.1.1.1"']) {
      expect(addressOf(1, `${forged}, 203.0.113.9`)).toBe('203.0.113.9')
    }
  })

  it('several headers count as one list', () => {
    const headers = new Headers({ [SOCKET_ADDRESS_HEADER]: '192.0.2.1' })
    headers.append('x-forwarded-for', '1.1.1.1')
    headers.append('x-forwarded-for', '203.0.113.9')
    expect(requesterOf(headers, 1).address).toBe('203.0.113.9')
    expect(requesterOf(headers, 2).address).toBe('1.1.1.1')
  })

  it('a request that came past them is counted by its socket', () => {
    expect(addressOf(1, null)).toBe('192.0.2.1')
    expect(addressOf(1, '')).toBe('192.0.2.1')
    expect(addressOf(3, '203.0.113.9, 198.51.100.7')).toBe('192.0.2.1')
  })
})

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
    ['::ffff:0.0.0.1', '0.0.0.1'],
  ])('of IPv4 is counted as it is: %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted)
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
  ])('of IPv6 is counted by its /64: %s', (address) => {
    expect(countedAddress(address)).toBe('2001:db8:1:2::/64')
  })

  it('of IPv6 in another /64 is another', () => {
    expect(countedAddress('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64')
    expect(countedAddress('::1')).toBe('0:0:0:0::/64')
    expect(countedAddress('fe80::1')).toBe('fe80:0:0:0::/64')
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
    ['2001:db8'],
    ['2001:db8:::1'],
    ['[]'],
    ['[::1'.repeat(3)],
    ['<script>'],
    ['192.0.2.1 OR 1=1'],
    ['x'.repeat(10_000)],
  ])('that is junk shares one count with all junk: %s', (junk) => {
    expect(countedAddress(junk)).toBe('unknown')
  })
})

describe('a request', () => {
  it('has an id of its own, whatever it claims', () => {
    const ask = () => requesterOf(new Headers({ 'x-request-id': 'mine' }), 0).requestId
    expect(ask()).toMatch(/^[0-9a-f-]{36}$/)
    expect(ask()).not.toBe(ask())
  })
})

describe('a device', () => {
  const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Windows'],
    [`Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0`, 'Edge on Windows'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on Linux'],
    [
      `Mozilla/5.0 (Linux; Android 16) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36`,
      'Samsung Internet on Android',
    ],
    [`Mozilla/5.0 (X11; CrOS x86_64 1) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on ChromeOS'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/19.0 Safari/605.1', 'Safari on macOS'],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/140 Safari/537.36 OPR/120.0`, 'Opera on macOS'],
    ['curl/8.0', null],
    ['', null],
    ['<img src=x> \r\nBcc: eve@example.com', null],
  ])('is named roughly, in our words alone: %j', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device)
  })

  it('is not known without a header', () => {
    expect(deviceOf(null)).toBeNull()
  })
})
