import { createServer } from 'node:net'
import { CliError } from './cli-error'

/** A port of this machine's own that nothing listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** @throws CliError when the port cannot be listened on. */
export async function checkPort(port: number) {
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer().once('error', resolve)
    server.listen(port, () => server.close(() => resolve(undefined)))
  })
  if (!failure) return
  const why = failure.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${failure.code})`
  throw new CliError(
    `Port ${port} ${why}: stop what uses it, or choose another one, for example PORT=${port + 1} npm start`,
  )
}
