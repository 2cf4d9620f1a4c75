import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import type { Messages } from '@/server/language/messages'

type Page = { [Part in keyof Messages]: Messages[Part] extends { title: string } ? Part : never }[keyof Messages]

/** Makes a page's `generateMetadata`: the title of this part of the catalogue, in the language of the page. */
export const pageTitle = (page: Page) => async (): Promise<Metadata> => {
  const t = await getTranslations(page)
  return { title: t('title') }
}
