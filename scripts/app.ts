import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from './cli-error'
import { type ImageUser, killGroup, spawnImage, spawnNext, stopGroup } from './processes'

const READY_TIMEOUT_MS = 180_000

/** Receives what a server prints, in chunks. */
export type Listener = (chunk: string) => void

export interface App {
  /** Resolves when the server has ended, by itself or through `stop`. */
  ended: Promise<unknown>
  /** Shuts the server down; kills it after ten seconds. */
  stop(): Promise<void>
  /** Kills the server at once, whatever it is doing. */
  kill(): Promise<void>
}

/**
 * Runs the built app (`start`) or the app with hot reload (`dev`), and resolves when it is ready.
 * @throws CliError when it ends or does not become ready.
 */
export async function startApp(
  command: 'start' | 'dev',
  {
    port,
    variables,
    shutdown,
    onOutput = (chunk) => process.stdout.write(chunk),
    onErrors,
    image,
  }: {
    port: number
    variables: Record<string, string | undefined>
    shutdown?: AbortSignal
    onOutput?: Listener
    /** Receives what goes to the terminal otherwise. */
    onErrors?: Listener
    /** Runs the files of this image instead of the build of this clone. */
    image?: ImageUser | undefined
  },
): Promise<App> {
  const NODE_ENV = command === 'dev' ? 'development' : 'production'
  const environment = { ...variables, NODE_ENV, PORT: String(port) } as NodeJS.ProcessEnv
  const several = command === 'start' && Number(variables.WEB_CONCURRENCY) > 1
  const stderr = onErrors ? 'pipe' : 'inherit'
  const child = image
    ? spawnImage(image, ['server'], environment, stderr)
    : spawnNext([command, '--port', String(port)], environment, { several, stderr })
  if (onErrors) child.stderr?.on('data', (chunk: Buffer) => onErrors(String(chunk)))
  let running = true
  const ended = child.finally(() => {
    running = false
  })
  const app = { ended, stop: () => stopGroup(child, ended), kill: () => killGroup(child, ended) }

  // Next.js prints a banner with addresses that are not ours. Only the rest is passed on.
  let banner = ''
  let ready = false
  child.stdout?.on('data', (chunk: Buffer) => {
    if (ready) onOutput(String(chunk))
    else banner += chunk
  })
  for (const end = Date.now() + READY_TIMEOUT_MS; running && Date.now() < end && !shutdown?.aborted; await sleep(50)) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(30_000) }).catch(
      () => undefined,
    )
    if (answer?.status !== 200) continue
    ready = true
    onOutput(banner.replace(/^(?!\{).*\n/gm, ''))
    return app
  }
  const died = !running
  await app.stop()
  shutdown?.throwIfAborted()
  process.stdout.write(banner)
  throw new CliError(
    `The server ${died ? 'ended before it was ready' : 'did not become ready'}. The reason is in its output above.`,
  )
}
