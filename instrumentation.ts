/** Runs once when a server process starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') await (await import('./server/start')).startServer()
}
