import { startTestApp } from './app'

/** Starts the app that the browser tests meet, and tells them where it is. */
export default async function setup() {
  // All browsers come from one address, and some stories ask often.
  const app = await startTestApp({ RATE_LIMIT_SCALE: '100' })
  process.env.E2E_URL = app.url
  process.env.E2E_DATABASE_URL = app.databaseUrl
  process.env.E2E_MAILBOX_DIR = app.mailboxDir
  process.env.E2E_PASSWORD = app.password
  process.env.E2E_SERVICE_API_KEY = app.serviceApiKey
  return app.stop
}
