import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createDatabase, isOutage, runStatement } from './client'
import { sql } from './sql'

const { directUrl: url } = await createTestDatabase()
afterEach(() => void vi.useRealTimers())

/** A proxy that can lose the server behind its open connections without closing them, as a host does that loses its power. */
async function startForgettingProxy() {
  const target = new URL(url)
  const { port, hostname } = target
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    upstreams.add(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target.port = String((server.address() as { port: number }).port)
  return {
    url: target.href,
    /** What is sent on the open connections is lost from now on. New ones lead to the new server. */
    forget() {
      for (const upstream of upstreams) upstream.unpipe().removeAllListeners('end').pause()
      upstreams.clear()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

it('a connection whose server has vanished is given up, and the next statement gets another', async () => {
  const proxy = await startForgettingProxy()
  const { db, close } = createDatabase(proxy.url, { maxConnections: 1 })
  onTestFinished(async () => {
    await close()
    proxy.close()
  })
  const one = () => runStatement(db, sql`select 1 as one`)
  await one()
  proxy.forget()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const lost = one().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(await lost).toSatisfy(isOutage)
  // Statements that were sent on the same connection meanwhile fail with it.
  const next = one().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(5_000)
  vi.useRealTimers()
  expect(await next).toSatisfy(isOutage)
  expect(await one()).toEqual([{ one: 1 }])
})
