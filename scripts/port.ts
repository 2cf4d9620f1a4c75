import { createServer } from 'node:net'
import { CliError } from './cli-error'

/** @throws CliError when the port cannot be listened on. */
export async function checkPort(port: number): Promise<void> {
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer().once('error', resolve)
    server.listen(port, () => server.close(() => resolve(undefined)))
  })
  if (!failure) return
  const what = failure.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${failure.code})`
  throw new CliError(
    `Port ${port} ${what}. Stop the program that uses it, or choose another: PORT=${port + 1} npm start`,
  )
}
