import { startTestApp, type TestApp } from './app'
import { startAppDatabase } from './app-database'
import { type FakeResend, startFakeResend } from './fake-resend'
import { migrateTestDatabase } from './migrate-test-database'

export interface PublicApp extends Pick<TestApp, 'url' | 'serviceApiKey' | 'stop'> {
  /** The database, with the rights of its owner. Latchkey's server may have fewer. */
  databaseUrl: string
  /** Receives the emails. */
  resend: FakeResend
}

const SERVICE_API_KEY = 'service-key-of-these-tests-0123456789'

/**
 * Serves the production build as a public server runs it: with DATABASE_URL and an email provider, and so without what only
 * the demo does. The accounts are Latchkey's own, or the members of `legacy-members.sql`.
 */
export async function startPublicApp(
  accounts: 'own' | 'external',
  variables: Record<string, string> = {},
): Promise<PublicApp> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    const postgres = await startAppDatabase()
    ends.push(postgres.stop)
    await migrateTestDatabase(postgres.url, accounts)
    const resend = await startFakeResend()
    ends.push(resend.close)
    const role = Object.assign(new URL(postgres.url), { username: 'latchkey_server', password: 'latchkey_server' })
    const app = await startTestApp({
      DATABASE_URL: accounts === 'external' ? role.href : postgres.url,
      DATABASE_DIRECT_URL: postgres.url,
      APP_SECRET: 'a secret of these tests that is long enough',
      SERVICE_API_KEY,
      RESEND_API_KEY: 're_test_key',
      RESEND_BASE_URL: resend.url,
      MAIL_FROM: 'Latchkey <accounts@example.org>',
      ACCOUNTS: accounts,
      ...variables,
    })
    ends.push(app.stop)
    return { url: app.url, serviceApiKey: SERVICE_API_KEY, databaseUrl: postgres.url, resend, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
