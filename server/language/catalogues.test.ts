import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import compile from 'icu-minify/compile'
import format from 'icu-minify/format'
import { _createCache, _createIntlFormatters, createTranslator } from 'use-intl/core'
import { describe, expect, it } from 'vitest'
import english from '@/messages/en.json' with { type: 'json' }
import { DECLARATION, declaration } from '@/scripts/declare-messages'
import { type Catalogue, flatten, messageProblems, problemsOf } from '@/server/testing/catalogue-problems'
import { LOCALES, type Locale, languageOf } from './languages'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const catalogueOf = (locale: string): Catalogue => JSON.parse(read(`messages/${locale}.json`))

/** Messages that read the same in English and in another language. */
const SAME: Partial<Record<Locale, string[]>> = {
  de: ['account.name', 'mailbox.html'],
  fr: ['mailbox.html'],
  es: ['mailbox.html'],
  'pt-BR': ['mailbox.html'],
  ja: ['mailbox.html'],
  ar: ['mailbox.html'],
}

describe.each(LOCALES.filter((locale) => locale !== 'en'))('the catalogue of %s', (locale) => {
  it('has every message, translated, with the arguments of the English one and its own plural forms', () => {
    expect(problemsOf(languageOf(locale).formats, catalogueOf(locale), english, SAME[locale])).toEqual([])
  })
})

it('every language has a catalogue, and every catalogue a language', () => {
  const catalogues = readdirSync(path.join(ROOT, 'messages')).filter((name) => /^[\w-]+\.json$/.test(name))
  expect(catalogues.map((name) => name.replace('.json', '')).sort()).toEqual([...LOCALES].sort())
})

describe('the English catalogue', () => {
  it('can be read, and has the plural forms of English', () => {
    const problems = [...flatten(english)].flatMap(([key, text]) =>
      messageProblems('en-GB', text, text).map((problem) => `${key} ${problem}`),
    )
    expect(problems).toEqual([])
  })

  it('has no message that nothing uses', () => {
    const sources = ['app', 'server', 'scripts']
      .flatMap((folder) => readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`))
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
      .map(read)
      .join('\n')
    const isUsed = (key: string) =>
      [key, key.split('.').slice(1).join('.'), key.split('.').at(-1)].some(
        (name) => sources.includes(`'${name}'`) || sources.includes(`.${name}\``) || sources.includes(`.${name}'`),
      )
    expect([...flatten(english).keys()].filter((key) => !isUsed(key))).toEqual([])
  })

  it('has types that were made from it: run `npm run format` after a change', () => {
    expect(readFileSync(DECLARATION, 'utf8')).toBe(declaration())
  })
})

/** Pages format messages that were parsed at build time. They use different code from the worker. */
it.each(LOCALES)('the messages of %s read the same parsed at build time and at run time', (locale) => {
  const { formats } = languageOf(locale)
  const formatters = _createIntlFormatters(_createCache())
  const messages = flatten(catalogueOf(locale))
  for (const count of [0, 1, 2, 3, 11, 100]) {
    for (const [key, text] of messages) {
      const names = [...text.matchAll(/([{<])\s*(\w+)\s*(?=[,}>])/g)]
      const given = Object.fromEntries(
        names.map(([, sign, name = '']) => [name, sign === '<' ? () => 'A' : valueFor(name, count)]),
      )
      // biome-ignore lint/suspicious/noExplicitAny: one text, of any shape
      const t = createTranslator<any>({ locale: formats, messages: { text } })
      const parsed = t.markup('text', given as never)
      const options = { formatters, formats: {} } as unknown as Parameters<typeof format>[3]
      const compiled = format(compile(text), formats, given as never, options)
      expect([compiled].flat().join(''), key).toBe(parsed)
    }
  }
})

/** A number for plurals, and text for everything else. */
const valueFor = (name: string, count: number) => {
  if (['limit', 'triesLeft', 'least', 'typed', 'missing'].includes(name)) return count
  return count === 0 ? 'none' : `${name} & ${count}`
}

describe('a wrong translation is found:', () => {
  const original = { a: 'Wait {wait}.', b: '{n, plural, one {# try} other {# tries}}', c: 'To <account></account>' }
  it.each([
    ['missing', { b: original.b }, /^a is missing$/],
    ['unknown', { ...original, x: 'X' }, /^x is not in English$/],
    ['untranslated', original, /^a is not translated$/],
    ['empty', { ...original, a: ' ' }, /^a is empty$/],
    ['another argument', { ...original, a: 'Warten Sie {dauer}.' }, /^a lacks \{wait\}$/],
    ['an added argument', { ...original, a: '{wait} {x}' }, /^a has \{x\}, which English does not have$/],
    ['a lost tag', { ...original, c: 'An' }, /^c lacks <account>$/],
    ['broken syntax', { ...original, a: 'Warten Sie {wait' }, /^a cannot be read/],
    ['no plural', { ...original, b: '{n} Versuche' }, /^b lacks \{n, plural\}$/],
  ])('%s', (_, translated, problem) => {
    expect(problemsOf('de', translated as unknown as Catalogue, original)).toContainEqual(
      expect.stringMatching(problem),
    )
  })

  it.each([
    ['ar', 'lacks the plural form "few"'],
    ['ja', 'has the plural form "one", which the language does not have'],
  ])('the plural forms of English in %s', (formats, problem) => {
    expect(messageProblems(formats, '{n, plural, one {#x} other {#y}}', original.b)).toContainEqual(problem)
  })
})
