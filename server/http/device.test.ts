import { describe, expect, it } from 'vitest'
import { deviceOf } from './device'

describe('a device name', () => {
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
  ])('names the browser and the system, and repeats nothing of the header: %j', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device)
  })

  it('is null without a header', () => {
    expect(deviceOf(null)).toBeNull()
  })
})
