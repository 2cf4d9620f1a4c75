import type { CDPSession, Locator, Page, Request } from '@playwright/test'
import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import type { TestAccount } from './accounts'

/** 400 kbit/s with a delay of 400 ms, in the units of the protocol: bytes per second. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

/** Makes the browser's line slow, or cuts it. */
export const setLine = (line: CDPSession, offline: boolean) =>
  line.send('Network.emulateNetworkConditions', { ...SLOW, offline })

/** Records what a page posts from now on: the procedures, and the paths of forms without JavaScript. */
export function recordPosts(page: Page) {
  const posts: string[] = []
  page.on('request', (request: Request) => {
    const { pathname } = new URL(request.url())
    if (request.method() === 'POST') posts.push(pathname.replace('/api/trpc/', ''))
  })
  return posts
}

/** How many emails of each kind were queued for an account. */
export async function queuedEmails(db: Database, { username }: TestAccount) {
  const rows = await db.execute<{ kind: string; count: number }>(sql`
    select kind, count(*)::int from latchkey.mail_outbox
    where account_id = (select id::text from latchkey.users where username = ${username}) group by kind`)
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
}

/** What one press does, and what shows that it was done. */
export interface Press {
  procedure: string
  button: string
  busy: string
  fields: () => Locator[]
  done: () => Promise<void>
}
