import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { startTestApp } from './app'
import { layOutTestImage } from './image'

/**
 * Starts the app for the browser tests and sets the E2E_* variables, which tell them where it is. Tests that need another
 * app start it on a database of its own in the same PostgreSQL.
 */
export default async function setup() {
  const removeImage = process.env.TEST_IMAGE ? await layOutTestImage() : undefined
  const postgres = await startTemporaryPostgres()
  process.env.E2E_POSTGRES_URL = postgres.url
  // All browsers share one client address, and some stories make many requests.
  const app = await startTestApp({ RATE_LIMIT_SCALE: '100' })
  process.env.E2E_URL = app.url
  process.env.E2E_DATABASE_URL = app.databaseUrl
  process.env.E2E_MAILBOX_DIR = app.mailboxDir
  process.env.E2E_PASSWORD = app.password
  process.env.E2E_SERVICE_API_KEY = app.serviceApiKey
  return async () => {
    await app.stop()
    await postgres.stop()
    await removeImage?.()
  }
}
