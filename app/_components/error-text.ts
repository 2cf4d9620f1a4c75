import { useLocale, useTranslations } from 'next-intl'
import { errorValues } from '@/server/language/error-values'
import type { Messages } from '@/server/language/messages'
import { useBrand } from './brand-context'
import type { DeadLink, Reason, ReasonDetails } from './refusal'

// These types do not compile if an error code of the server has no text, or if a text has no code.
type SameKeys<Key extends string, Texts extends Record<Key, unknown>> =
  Exclude<keyof Texts, Key> extends never ? Texts : never
export type ErrorTexts = SameKeys<Reason, Messages['errors']>
export type DeadLinkTexts = SameKeys<DeadLink, Messages['deadLink']>

/** Gives the text of an error in the language of the page. */
export function useErrorText() {
  const t = useTranslations('errors')
  const formats = useLocale()
  const { name } = useBrand()
  return (reason: Reason, details: ReasonDetails = {}): string => {
    // A code that this page does not know comes from a newer server.
    const known = t.has(reason) ? reason : 'internal'
    return t(known as 'internal', errorValues(formats, details, name))
  }
}
