import { expect, it } from 'vitest'
import { brandWarnings } from './warnings'

const warningsOf = (brandColor?: string, brandLogo?: string) => brandWarnings({ brandColor, brandLogo })

it('a brand without a fault gets no warning', () => {
  expect(warningsOf()).toEqual([])
  expect(warningsOf('#1b5a4b', '/avatar.svg')).toEqual([])
  expect(warningsOf('#0b5fff', 'https://cdn.example.com/logo.svg')).toEqual([])
})

it('the warning about a pale colour gives its contrast before and after', () => {
  expect(warningsOf('#ffd600')).toEqual([
    'BRAND_COLOR #ffd600 has a contrast of 1.25:1 with light pages, and links need 4.50:1: links use #866b00 (4.51:1), and buttons keep the colour',
  ])
})

it('the warning about a missing logo names the file', () => {
  expect(warningsOf(undefined, '/missing.svg')).toEqual([
    'BRAND_LOGO is /missing.svg, but the file public/missing.svg does not exist: pages show the name only',
  ])
})
