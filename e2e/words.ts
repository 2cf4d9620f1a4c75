import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createTranslator } from 'use-intl/core'
import en from '@/messages/en.json' with { type: 'json' }
import { type Locale, languageOf } from '@/server/language/languages'

/** The English texts of the pages and emails: `words('signIn.submit')`. An unknown key does not compile. */
export const words = createTranslator({ locale: 'en-GB', messages: en })

export type Words = typeof words

/** The texts in a language. */
export function wordsIn(locale: Locale): Words {
  const catalogue = readFileSync(path.resolve(import.meta.dirname, '..', 'messages', `${locale}.json`), 'utf8')
  return createTranslator({ locale: languageOf(locale).formats, messages: JSON.parse(catalogue) as typeof en })
}
