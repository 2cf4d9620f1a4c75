import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { startTestApp, type TestApp } from './app'
import { type FakeResend, startFakeResend } from './fake-resend'
import { migrateTestDatabase } from './migrate-test-database'

export interface ExternalApp extends Pick<TestApp, 'url' | 'serviceApiKey' | 'stop'> {
  /** The site's database, with the rights of its owner. Latchkey's server has fewer. */
  databaseUrl: string
  /** Where the site's people sign in. */
  signInUrl: string
  /** Receives the emails. */
  resend: FakeResend
}

/** The title of the page where the people of the site sign in. */
export const MEMBERS_SIGN_IN = 'Members sign in here'

/** Serves the production build in front of the members of `legacy-members.sql`, who sign in on a page of their own site. */
export async function startExternalApp(variables: Record<string, string> = {}): Promise<ExternalApp> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    const postgres = await startTemporaryPostgres()
    ends.push(postgres.stop)
    await migrateTestDatabase(postgres.url, 'external')
    const resend = await startFakeResend()
    ends.push(resend.close)
    const site = await startSite()
    ends.push(site.stop)
    const role = Object.assign(new URL(postgres.url), { username: 'latchkey_server', password: 'latchkey_server' })
    const serviceApiKey = 'service-key-of-these-tests-0123456789'
    const app = await startTestApp({
      DATABASE_URL: role.href,
      DATABASE_DIRECT_URL: postgres.url,
      APP_SECRET: 'a secret of these tests that is long enough',
      SERVICE_API_KEY: serviceApiKey,
      RESEND_API_KEY: 're_test_key',
      RESEND_BASE_URL: resend.url,
      MAIL_FROM: 'Latchkey <accounts@example.org>',
      ACCOUNTS: 'external',
      SIGN_IN_URL: site.signInUrl,
      PASSWORD_HASH: 'bcrypt',
      ...variables,
    })
    ends.push(app.stop)
    return { url: app.url, serviceApiKey, databaseUrl: postgres.url, signInUrl: site.signInUrl, resend, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Another application, of which one page is enough. */
async function startSite() {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>Site</title><h1>${MEMBERS_SIGN_IN}</h1>`),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    signInUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/members/login?next=%2F`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
