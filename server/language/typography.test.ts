import { expect, it } from 'vitest'
import { flatten } from '@/server/testing/catalogue-problems'
import { loadCatalogue } from './catalogue'
import { LOCALES, type Locale } from './languages'

/** Wrong in every language: the quotation marks and dots of a typewriter, and stray spaces. */
const ANYWHERE = /["']|\.\.\.| {2}|^\s|\s$/

/** Japanese letters, without its punctuation. */
const KANA_OR_KANJI = '[\\u3041-\\u30ff\\u4e00-\\u9fff]'

/** What the typography of each language does not allow, as its glossary in docs/languages/ says. */
const WRONG: Record<Locale, RegExp[]> = {
  en: [],
  de: [/[“”«»]\w/, / …/],
  fr: [/[^\u202f][:;!?»]/, /«[^\u202f]/, /[“”„]/],
  es: [/^[^¿]*\?/, /^[^¡]*!/, /[“”„]/],
  'pt-BR': [/[«»„]/],
  ja: [
    new RegExp(`${KANA_OR_KANJI}[0-9A-Za-z]|[0-9A-Za-z]${KANA_OR_KANJI}`),
    / [。、：（）「」]|[。、：（）「」] /,
    new RegExp(`${KANA_OR_KANJI}[?!:;,.()]`),
  ],
  ar: [/[?;,]/, /[\u0660-\u0669]/],
}

/** The words of a message: no keywords of the ICU format, and its arguments as U+FFFC. */
const wordsOf = (message: string) =>
  message
    .replace(/\{\w+, number\}|\{\w+\}/g, '\ufffc')
    .replace(/\{\w+, (?:plural|select),/g, '')
    .split(/[{}]/)

const wrongMarks = (locale: Locale, message: string) =>
  wordsOf(message.replace(/(?:=\d|\w+) (?=\{)/g, ''))
    .map((words) => words.replace(/^ | $/g, ''))
    .filter((words) => [ANYWHERE, ...WRONG[locale]].some((pattern) => pattern.test(words)))

it.each(LOCALES)('the marks of %s are those of its typography', async (locale) => {
  const messages = [...flatten(await loadCatalogue(locale))]
  expect(messages.flatMap(([key, text]) => wrongMarks(locale, text).map((words) => `${key}: ${words}`))).toEqual([])
})

it.each([
  ['de', 'Wird gesendet …'],
  ['fr', 'Besoin d’aide ?'],
  ['fr', '{n, plural, one {le mot « # »} other {rien}}'],
  ['es', '{wait, select, none {¿Otra vez?} other {Otra vez?}}'],
  ['pt-BR', "Copie o 'código'"],
  ['ja', '6桁のコード'],
  ['ja', '有効です 。'],
  ['ar', 'هل نسيت كلمة المرور?'],
] as const)('a wrong mark is found, in %s: %s', (locale, message) => {
  expect(wrongMarks(locale, message)).toHaveLength(1)
})

/** Values that may be Latin text, beside which punctuation of Arabic would change its place. */
it('in Arabic, such values are isolated, except at the end of a subject', async () => {
  const bare = /(?<!\u2068)\{(?:brand|name|username|device|provider|reference|digest)\}(?!\u2069)/
  const messages = [...flatten(await loadCatalogue('ar'))].filter(([, text]) => bare.test(text))
  expect(messages.filter(([key, text]) => !(key.endsWith('.subject') && text.endsWith('{brand}')))).toEqual([])
})
