import { env } from '@/server/env'
import { isLocale } from '@/server/language/languages'
import { setCookie } from './cookies'
import { isCrossSite, REFUSALS, readBody } from './request-guard'

/** A path of this site, without a query. It begins with exactly one slash: browsers read a host after two. */
const OWN_PATH = /^\/(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)?$/

/**
 * `POST /language`: keeps the language that a person chose, and leads back to the page where they chose it.
 * The form has `language`, and `from`, the path of that page. An unknown language is ignored,
 * and an unknown path leads to the home page.
 */
export async function chooseLanguage(request: Request): Promise<Response> {
  // `none`: a person typed the address. Only pages send this form.
  const isFromNowhere = request.headers.get('sec-fetch-site') === 'none'
  if (isFromNowhere || isCrossSite(request.headers))
    return new Response(REFUSALS.crossSite.message, { status: REFUSALS.crossSite.status })
  const body = await readBody(request)
  if (typeof body !== 'string') return new Response(body.message, { status: body.status })
  const form = new URLSearchParams(body)
  const [language, from] = [form.get('language') ?? '', form.get('from') ?? '']
  const path = from.length <= 200 && OWN_PATH.test(from) ? from : '/'
  const headers = new Headers({ location: `${env().appUrl}${path}`, 'cache-control': 'no-store' })
  if (isLocale(language)) setCookie(headers, 'language', language)
  return new Response(null, { status: 303, headers })
}
