import { stringifySetCookie } from 'cookie'
import { env } from '@/server/env'
import { LANGUAGE_COOKIE } from '@/server/language/choose-locale'
import { isLocale } from '@/server/language/languages'
import { REFUSALS, readBody } from './request-guard'

const YEAR_SECONDS = 365 * 24 * 3600

/** A path of this site, without a query: it begins with one slash, so that no browser reads a host in it. */
const OWN_PATH = /^\/(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)?$/

/**
 * `POST /language`: keeps the language that a person chose, and leads back to the page where they chose it.
 * The form has `language`, and `from`, the path of that page. What is unknown is ignored, and leads to the home page.
 */
export async function chooseLanguage(request: Request): Promise<Response> {
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin'
  if (site !== 'same-origin') return new Response(REFUSALS.crossSite.message, { status: REFUSALS.crossSite.status })
  const body = await readBody(request)
  if (typeof body !== 'string') return new Response(body.message, { status: body.status })
  const form = new URLSearchParams(body)
  const [language, from] = [form.get('language') ?? '', form.get('from') ?? '']
  const path = from.length <= 200 && OWN_PATH.test(from) ? from : '/'
  const headers = new Headers({ location: `${env().appUrl}${path}`, 'cache-control': 'no-store' })
  if (isLocale(language)) headers.append('set-cookie', languageCookie(language))
  return new Response(null, { status: 303, headers })
}

const languageCookie = (value: string) =>
  stringifySetCookie({
    name: LANGUAGE_COOKIE,
    value,
    maxAge: YEAR_SECONDS,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: env().secureCookies,
  })
