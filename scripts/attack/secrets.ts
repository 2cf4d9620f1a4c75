import type { HttpClient } from './http-client'
import { notLimited } from './verdicts'

/** What the page would find for an emailed link. */
export type LinkState = 'live' | string

/** Opens an address of an email as a browser does. Returns the cookie that holds its secret, `name=value`. */
export async function openedBy(client: HttpClient, path: string): Promise<string> {
  const { cookies } = notLimited(await client.send({ path, headers: [['accept', 'text/html']] }))
  return cookies.map((cookie) => cookie.split(';')[0] ?? '').find((cookie) => /latchkey-reset=[^;]/.test(cookie)) ?? ''
}

/** Whether a link works, and if not, why. Spends nothing. */
export async function linkState(client: HttpClient, link: string): Promise<LinkState> {
  const { pathname, search } = new URL(link, client.origin)
  const cookie = await openedBy(client, pathname + search)
  if (!cookie) return 'refused'
  const answer = notLimited(await client.query('recovery.linkState', undefined, [['cookie', cookie]]))
  return (JSON.parse(answer.text) as { result?: { data?: { state?: string } } }).result?.data?.state ?? 'refused'
}

export const isLive = async (client: HttpClient, link: string): Promise<boolean> =>
  (await linkState(client, link)) === 'live'
