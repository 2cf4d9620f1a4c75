import type { Locale } from './languages'
import type { Messages } from './messages'

/** Each catalogue is loaded when it is first needed. */
const LOADERS: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import('@/messages/en.json'),
  de: () => import('@/messages/de.json'),
  fr: () => import('@/messages/fr.json'),
  es: () => import('@/messages/es.json'),
  'pt-BR': () => import('@/messages/pt-BR.json'),
  ja: () => import('@/messages/ja.json'),
  ar: () => import('@/messages/ar.json'),
}

const loaded = new Map<Locale, Promise<Messages>>()

/** The texts of a language. A test checks that every catalogue has the messages of the English one. */
export function loadCatalogue(locale: Locale): Promise<Messages> {
  let catalogue = loaded.get(locale)
  if (!catalogue) {
    catalogue = LOADERS[locale]().then((module) => module.default as Messages)
    loaded.set(locale, catalogue)
  }
  return catalogue
}
