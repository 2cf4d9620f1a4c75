import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkBrand } from './check-brand'
import { lineOf } from './finding'

const linesOf = async (settings: { brandName?: string; brandColor?: string; brandLogo?: string }) =>
  (await checkBrand({ brandName: 'Example', brandColor: undefined, brandLogo: undefined, ...settings })).map(lineOf)

const LOGO = 'https://cdn.example.com/logo.svg'
const answerWith = (status: number, type: string) =>
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('', { status, headers: { 'content-type': type } }))

afterEach(() => vi.restoreAllMocks())

describe('the brand', () => {
  it('is not mentioned if there is nothing to report', async () => {
    expect(await linesOf({ brandColor: '#1b5a4b', brandLogo: '/avatar.svg' })).toEqual([])
  })

  it('gives the contrast of a pale colour', async () => {
    expect(await linesOf({ brandColor: '#ffd600' })).toEqual([
      expect.stringMatching(/^· BRAND_COLOR #ffd600 has a contrast of 1\.25:1 .* #866b00 \(4\.51:1\)/),
    ])
  })

  it('has no logo if its file is missing', async () => {
    expect(await linesOf({ brandLogo: '/missing.svg' })).toEqual([
      expect.stringMatching(/^✗ .*public\/missing\.svg does not exist.*\. Put the file there/),
    ])
  })

  it.each([
    [200, 'image/svg+xml; charset=utf-8', /^✓ the logo at cdn\.example\.com can be loaded/],
    [404, 'text/html', /^✗ the logo at cdn\.example\.com answers 404\. Change BRAND_LOGO/],
    [200, 'text/plain', /^✗ .* has the content type text\/plain\. Serve it as image\/svg\+xml or image\/png/],
  ])('has a logo at an address that answers %s with the type %s', async (status, type, expected) => {
    answerWith(status, type)
    expect(await linesOf({ brandLogo: LOGO })).toEqual([expect.stringMatching(expected)])
  })

  it('has a logo that this machine cannot reach', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed'))
    expect(await linesOf({ brandLogo: LOGO })).toEqual([expect.stringMatching(/^· .* could not be loaded/)])
  })
})
