import { setTimeout as sleep } from 'node:timers/promises'
import { Resend } from 'resend'
import type { Environment } from '@/server/env'
import { type Finding, fault, note, ok } from './finding'

const TIMEOUT_MS = 5_000

/** Checks that Resend accepts the key, and that the sender's domain is verified there. Sends nothing. */
export async function checkMail(environment: Environment): Promise<Finding[]> {
  const { resendApiKey: key, mailFrom, resendWebhookSecret } = environment
  if (!key) return [note('emails are stored in the development mailbox')]
  const domain = /@([^>\s]+)>?$/.exec(mailFrom)?.[1]?.toLowerCase() ?? ''
  const findings = [await checkDomain(key, domain)]
  if (!resendWebhookSecret)
    findings.push(note('RESEND_WEBHOOK_SECRET is not set: bounces and complaints stay unknown (docs/operations.md)'))
  return findings
}

async function checkDomain(key: string, domain: string): Promise<Finding> {
  const unreachable = fault('Resend does not answer', 'Check that this machine may call https://api.resend.com')
  const answer = await Promise.race([findDomain(key, domain), sleep(TIMEOUT_MS, undefined, { ref: false })])
  if (!answer) return unreachable
  const { found, error } = answer
  if (error?.name === 'restricted_api_key')
    return note(`RESEND_API_KEY may only send, so it was not checked whether ${domain} is verified`)
  if (error?.statusCode === 401 || error?.statusCode === 403)
    return fault('Resend refuses RESEND_API_KEY', 'Create a key at resend.com/api-keys and set it')
  if (error?.statusCode) return fault(`Resend answers ${error.statusCode}`, 'Try again later; see resend-status.com')
  if (error) return unreachable
  if (!found)
    return fault(
      `the domain of MAIL_FROM, ${domain}, is not known to Resend`,
      'Add it at resend.com/domains, where a subdomain is verified on its own',
    )
  if (found.status !== 'verified')
    return fault(`the domain of MAIL_FROM, ${domain}, is ${found.status} at Resend`, 'Finish its DNS records there')
  return ok(`Resend accepts the key, and ${domain} is verified`)
}

/** The most domains that Resend lists at once. */
const PAGE = 100

/** Looks for a domain on every page of the list. A verified domain does not cover its subdomains. */
async function findDomain(key: string, domain: string) {
  const { domains } = new Resend(key)
  for (let after: string | undefined; ; ) {
    const { data, error } = await domains.list({ limit: PAGE, after })
    if (error) return { error }
    const found = data.data.find(({ name }) => name === domain)
    after = data.data.at(-1)?.id
    if (found || !data.has_more || !after) return { found }
  }
}
