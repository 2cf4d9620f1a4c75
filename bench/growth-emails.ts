import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { emailOf, type Numbers } from './bulk-load'
import type { Product } from './product'
import { post, send } from './send'

const EMAILS = 100

/**
 * Asks for emails of accounts that had none yet, from all over the table.
 * @param next how many were asked for before; is raised
 * @returns emails per second, from the first request until the provider has accepted the last one
 */
export async function timeEmails(product: Product, accounts: Numbers, next: Map<string, number>): Promise<number> {
  const asked = next.get('emails') ?? 0
  next.set('emails', asked + EMAILS)
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const before = product.countEmails()
  const started = performance.now()
  await Promise.all(
    Array.from({ length: EMAILS }, async (_, k) => {
      const n = accounts.first + (((asked + k + 1) * 7919) % accounts.count)
      const status = await send(product.origin, agent, post('recovery.request', { account: emailOf(n) }))
      if (status !== 200) throw new Error(`recovery.request was answered with status ${status}`)
    }),
  )
  const end = performance.now() + 60_000
  while (product.countEmails() < before + EMAILS) {
    if (performance.now() > end) throw new Error(`Of ${EMAILS} emails, some were not sent within a minute`)
    await sleep(5)
  }
  agent.destroy()
  return EMAILS / ((performance.now() - started) / 1000)
}
