import 'server-only'

import { headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { cache } from 'react'
import { pageLocale as localeOfPage } from '@/server/http/page-locale'
import { loadCatalogue } from '@/server/language/catalogue'
import { languageOf } from '@/server/language/languages'

/** The language of the page that is being rendered. */
export const pageLocale = cache(async () => localeOfPage(new Headers(await headers())))

/** Tells next-intl the formats and texts of that language. Times are in UTC until the browser replaces them. */
export default getRequestConfig(async () => {
  const locale = await pageLocale()
  return { locale: languageOf(locale).formats, messages: await loadCatalogue(locale), timeZone: 'UTC' }
})
