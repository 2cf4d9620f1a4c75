import { env } from '@/server/env'

/** Checks that every route with a body makes before it reads the body. */

export const MAX_BODY_BYTES = 16 * 1024

/** Why a request is refused before its body is parsed. Each transport presents these in its own error shape. */
export const REFUSALS = {
  notUtf8: { status: 400, message: 'The body is not valid UTF-8. Send JSON encoded in UTF-8.' },
  crossSite: {
    status: 403,
    message: 'Requests from other websites are refused. Send the request from this website or from a server.',
  },
  tooLarge: { status: 413, message: 'The body is larger than 16 KiB. Send a smaller one.' },
  notJson: { status: 415, message: 'The body is not plain JSON. Send it uncompressed, as application/json.' },
} as const

export type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS]

/**
 * Refuses a write that a page of another website could send (ASVS 3.5). The body must be declared as JSON. If the
 * browser names the origin of the request, that must be this site or one of `trustedOrigins`.
 */
export function refuseCrossSiteWrite(request: Request, trustedOrigins: readonly string[] = []): Refusal | null {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const encoding = request.headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  if ((type !== '' && type !== 'application/json') || encoding !== 'identity') return REFUSALS.notJson
  if (trustedOrigins.includes(request.headers.get('origin') ?? '')) return null
  return isCrossSite(request.headers) ? REFUSALS.crossSite : null
}

/** Whether the browser says that a page of another website sent the request. */
export function isCrossSite(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  return site ? site !== 'same-origin' && site !== 'none' : !isOwnOrigin(headers)
}

/** Whether `Origin` is absent, the configured origin, or the host that the request was sent to. */
function isOwnOrigin(headers: Headers): boolean {
  const origin = headers.get('origin')
  if (origin === null) return true
  if (origin === env().appUrl) return true
  return URL.canParse(origin) && new URL(origin).host === headers.get('host')
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The body as text. Refuses a body over 16 KiB, without reading past the limit, and one that is not UTF-8. */
export async function readBody(request: Request): Promise<string | Refusal> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return REFUSALS.tooLarge
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength
    if (size > MAX_BODY_BYTES) {
      await reader.cancel()
      return REFUSALS.tooLarge
    }
    chunks.push(part.value)
  }
  try {
    return UTF8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  } catch {
    return REFUSALS.notUtf8
  }
}
