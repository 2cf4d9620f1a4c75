import { startTemporaryPostgres } from '@/scripts/embedded-postgres'

/**
 * Runs `work` with a PostgreSQL of its own, which has PostgreSQL's own settings and is removed at the end. The apps that
 * `work` starts have their databases there.
 */
export async function withDatabaseServer<Result>(work: () => Promise<Result>): Promise<Result> {
  const server = await startTemporaryPostgres({ durable: true })
  process.env.E2E_POSTGRES_URL = server.url
  try {
    return await work()
  } finally {
    await server.stop()
  }
}
