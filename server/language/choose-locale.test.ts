import { describe, expect, it } from 'vitest'
import { chooseLocale, localeFor, requestedLocale } from './choose-locale'

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

  it.each([
    ['the choice, before the browser and the default', 'ja', 'de, fr;q=0.9', 'ja'],
    ['the browser’s first, before the default', null, 'de, fr;q=0.9', 'de'],
    ['the browser’s first, if the choice names none', 'nl', 'de, fr;q=0.9', 'de'],
    ['the browser’s second, if there is no catalogue for its first', null, 'zh-CN, fr;q=0.9, en;q=0.8', 'fr'],
    ['the browser’s second, if it refuses its first', null, 'de;q=0, fr;q=0.1', 'fr'],
    ['the one of higher quality, whatever the order', null, 'es;q=0.2, de;q=0.9', 'de'],
    ['the default, if the browser names none that is available', null, 'zh-CN, zh;q=0.9', 'ar'],
    ['the default, if neither names one', 'zh', 'zh', 'ar'],
    ['the default, if the browser takes any', null, '*', 'ar'],
    ['the default, if the request says nothing', null, null, 'ar'],
  ] as const)('is %s', (_, cookie, header, locale) => {
    expect(chooseLocale(cookie, header, 'ar')).toBe(locale)
  })

  it.each([
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['PT-br', 'pt-BR'],
    ['zh', undefined],
    ['', undefined],
  ])('for the tag %j is %s', (tag, locale) => {
    expect(localeFor(tag)).toBe(locale)
  })

  it('is looked for only at the beginning of a long header', () => {
    expect(requestedLocale(null, `en,${'xx-'.repeat(1365)}`)).toBe('en')
    expect(requestedLocale(null, `${'x,'.repeat(2048)}en`)).toBeNull()
    expect(requestedLocale(null, 'a-'.repeat(2048))).toBeNull()
  })
})
