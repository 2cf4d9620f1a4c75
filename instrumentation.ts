/** Runs once when a server process starts. */
export async function register() {
  // Next.js replaces the variable at build time, once for each runtime, so that only Node.js loads the server.
  if (process.env.NEXT_RUNTIME === 'nodejs') await (await import('./server/start')).startServer()
}
