import { env } from './env'

/** What stands before every route that reads a body, whichever contract it speaks. */

export const MAX_BODY_BYTES = 16 * 1024

/** Why a request was turned away before anything read it; each transport gives it its own shape. */
export type Refusal = { status: 403 | 413 | 415; message: string }

/**
 * Refuses what another site's page could send (ASVS 3.5): a write must be JSON, and where the browser says
 * where it comes from, that must be this origin.
 */
export function refuseForeignWrite(request: Request): Refusal | null {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== '' && type !== 'application/json') return { status: 415, message: 'Send the body as application/json.' }
  const site = request.headers.get('sec-fetch-site')
  const foreign = site ? site !== 'same-origin' && site !== 'none' : !isOwnOrigin(request)
  return foreign ? { status: 403, message: 'This can only be sent from the site itself.' } : null
}

function isOwnOrigin(request: Request): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return true
  if (origin === env().appUrl) return true
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host')
}

/** The body as text, or the refusal of one over 16 KiB; a stream is not read past that. */
export async function readBody(request: Request): Promise<string | Refusal> {
  const tooLarge: Refusal = { status: 413, message: 'The body is larger than 16 KiB.' }
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) return tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
