import { brand } from '@/server/brand/brand'
import { secondsAfter } from '@/server/core/context'
import { env } from '@/server/env'

const DAY_SECONDS = 24 * 3600

/** RFC 9116 §2.5.5 recommends less than a year. The file is made anew for each request, so it never expires in use. */
const VALID_DAYS = 90

/** `GET /.well-known/security.txt` (RFC 9116): where to report a vulnerability. 404 unless SECURITY_CONTACT is set. */
export function securityTxt(): Response {
  const { securityContact, supportUrl, appUrl } = env()
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' }
  if (!securityContact) return new Response('not found\n', { status: 404, headers })
  const expires = secondsAfter(new Date(), VALID_DAYS * DAY_SECONDS)
  expires.setUTCHours(0, 0, 0, 0) // the same text all day
  const lines = [
    `# Vulnerabilities in the account recovery of ${brand().name}`,
    `Contact: ${securityContact}`,
    ...(supportUrl ? [`Contact: ${supportUrl}`] : []), // the less preferred one (RFC 9116 §2.5.3)
    `Expires: ${expires.toISOString()}`,
    'Preferred-Languages: en',
    `Canonical: ${appUrl}/.well-known/security.txt`,
  ]
  return new Response(`${lines.join('\n')}\n`, { headers })
}
