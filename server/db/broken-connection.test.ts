import { connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createDatabase, isOutage, runStatement } from './client'
import { sql } from './sql'

const { directUrl: url } = await createTestDatabase()

/** The tag of PostgreSQL's message "ready for query", which ends the start of a connection. */
const READY_FOR_QUERY = 'Z'.charCodeAt(0)

/** A proxy that cuts the first connection as soon as the client sends something on it after its start. */
async function startCuttingProxy() {
  const target = new URL(url)
  const { port, hostname } = target
  let isFirst = true
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const cuts = isFirst
    isFirst = false
    let ready = false
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    upstream.on('data', (data) => {
      client.write(data)
      ready ||= data.at(-6) === READY_FOR_QUERY
    })
    client.on('data', (data) => {
      if (cuts && ready) client.resetAndDestroy()
      else upstream.write(data)
    })
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target.port = String((server.address() as { port: number }).port)
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: target.href, close }
}

it('a connection that breaks at its first statement rejects that statement, and the process goes on', async () => {
  const proxy = await startCuttingProxy()
  const { db, close } = createDatabase(proxy.url, { maxConnections: 1 })
  onTestFinished(async () => {
    await close()
    proxy.close()
  })
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  const error = await runStatement(db, sql`select 1`).catch((error: unknown) => error)
  expect(isOutage(error)).toBe(true)
  expect(await runStatement(db, sql`select 1 as one`)).toEqual([{ one: 1 }])
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})
