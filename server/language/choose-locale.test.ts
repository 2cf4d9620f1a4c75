import { describe, expect, it } from 'vitest'
import { chooseLocale, requestedLocale } from './choose-locale'

describe('the language of a page', () => {
  it('is the one that the person chose, whatever the browser prefers', () => {
    expect(requestedLocale('en', 'de')).toBe('en')
  })

  it.each(['xx', '', '__proto__', 'EN', 'en-GB', '../en'])(
    'is not taken from a cookie that names no language: %j',
    (cookie) => {
      expect(requestedLocale(cookie, null)).toBeNull()
    },
  )

  it.each([
    ['en', 'en'],
    ['EN-us', 'en'],
    ['en-GB-oxendict;q=0.3', 'en'],
    ['xx, en;q=0.1', 'en'],
    ['  xx  ,  en ; q=0.5 ', 'en'],
    ['en;q=1.000', 'en'],
    ['de-AT', 'de'],
    ['pt', 'pt-BR'],
    ['pt-PT, en;q=0.9', 'pt-BR'],
    ['en;q=0.3, fr;q=0.8, ja;q=0.5', 'fr'],
    ['nl, es;q=0.5, de;q=0.5', 'es'],
    ['ar-EG;q=0.9, en;q=0.1', 'ar'],
  ])('is the available one that the browser prefers: %s', (header, locale) => {
    expect(requestedLocale(null, header)).toBe(locale)
  })

  it.each(['*', 'xx', 'xx, *;q=0.5', '', ',;,', 'en;q=0', 'en;q=2', 'en;q=x', 'en;', 'e n', '\u0000', 'en\u2028'])(
    'is unknown if the browser names none that is available: %j',
    (header) => {
      expect(requestedLocale(null, header)).toBeNull()
    },
  )

  it('is the default if the request asks for none that is available', () => {
    expect(chooseLocale(null, '*', 'en')).toBe('en')
    expect(chooseLocale(null, null, 'en')).toBe('en')
  })

  it('is looked for only at the beginning of a long header', () => {
    expect(requestedLocale(null, `en,${'xx-'.repeat(1365)}`)).toBe('en')
    expect(requestedLocale(null, `${'x,'.repeat(2048)}en`)).toBeNull()
    expect(requestedLocale(null, 'a-'.repeat(2048))).toBeNull()
  })
})
