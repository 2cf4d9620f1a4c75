/**
 * The `From` of emails (RFC 5322 §3.4). If MAIL_FROM contains a name, it is kept.
 * @param mailFrom an address, with or without a name
 * @param brandName the name for an address without one
 */
export function senderOf(mailFrom: string, brandName: string): string {
  if (mailFrom.includes('<') && !mailFrom.startsWith('<')) return mailFrom
  const address = mailFrom.replace(/^<(.*)>$/, '$1')
  return `${displayName(brandName)} <${address}>`
}

/** A name as a phrase. Letters of any script and spaces need no quotes; commas, dots and brackets do. */
const displayName = (name: string) =>
  /^[\p{L}\p{M}\p{N} '&+!-]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, '')}"`
