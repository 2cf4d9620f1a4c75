import { env } from '@/server/env'
import type { Locale } from '@/server/language/languages'
import { localeOf } from './requester'

/** The language of a page: what the request asks for, or else DEFAULT_LOCALE. */
export const pageLocale = (headers: Headers): Locale => localeOf(headers) ?? env().defaultLocale
