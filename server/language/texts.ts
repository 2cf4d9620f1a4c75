import { createTranslator } from 'use-intl/core'
import { loadCatalogue } from './catalogue'
import { type Locale, languageOf } from './languages'
import type { Messages } from './messages'

/**
 * Formats the texts of one language: `texts('email.passwordReset.subject')`, or with values,
 * `texts('email.shared.greeting', { name })`. An unknown key does not compile.
 */
export type Texts = ReturnType<typeof createTranslator<Messages>>

const created = new Map<Locale, Promise<Texts>>()

/** The texts of a language, for emails and routes. Pages use `next-intl`. */
export function textsIn(locale: Locale): Promise<Texts> {
  let texts = created.get(locale)
  if (!texts) {
    texts = createTexts(locale)
    created.set(locale, texts)
  }
  return texts
}

const createTexts = async (locale: Locale): Promise<Texts> =>
  createTranslator({
    locale: languageOf(locale).formats,
    messages: await loadCatalogue(locale),
    timeZone: 'UTC',
    // Without this, a missing message is reported on the console and its key is sent to people.
    onError: (error) => {
      throw error
    },
  })
