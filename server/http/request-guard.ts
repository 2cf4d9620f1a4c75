import { env } from '@/server/env'

/** What stands before every route that reads a body, whichever contract it speaks. */

export const MAX_BODY_BYTES = 16 * 1024

/** Why a request was turned away before anything read it; each transport gives it its own shape. */
export const REFUSALS = {
  notUtf8: { status: 400, message: 'The body is not UTF-8.' },
  foreign: { status: 403, message: 'This can only be sent from the site itself.' },
  tooLarge: { status: 413, message: 'The body is larger than 16 KiB.' },
  notJson: { status: 415, message: 'Send the body as application/json, not compressed.' },
} as const

export type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS]

/**
 * Refuses what another site's page could send (ASVS 3.5): a write must be JSON, and where the browser says
 * where it comes from, that must be this origin or one of `trusted`.
 */
export function refuseForeignWrite(request: Request, trusted: readonly string[] = []): Refusal | null {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const coding = request.headers.get('content-encoding')?.toLowerCase() ?? 'identity'
  if ((type !== '' && type !== 'application/json') || coding !== 'identity') return REFUSALS.notJson
  if (trusted.includes(request.headers.get('origin') ?? '')) return null
  const site = request.headers.get('sec-fetch-site')
  const foreign = site ? site !== 'same-origin' && site !== 'none' : !isOwnOrigin(request)
  return foreign ? REFUSALS.foreign : null
}

function isOwnOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return true
  if (origin === env().appUrl) return true
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host')
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The body as text, or the refusal of one over 16 KiB or not UTF-8; a stream is not read past the limit. */
export async function readBody(request: Request): Promise<string | Refusal> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return REFUSALS.tooLarge
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) return REFUSALS.tooLarge
    chunks.push(chunk)
  }
  try {
    return UTF8.decode(Buffer.concat(chunks))
  } catch {
    return REFUSALS.notUtf8
  }
}
