import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

/** Listens as Next.js does, prints the port, and never gets to accept a connection. */
const BUSY_SERVER = `
  const server = require('node:http').createServer()
  server.listen(0, undefined)
  server.on('listening', () => {
    process.stdout.write(String(server.address().port), () =>
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

const CONNECTIONS = 1_000

it.runIf(process.platform === 'linux')('a burst of connections is kept until the server accepts them', async () => {
  const preload = path.join(import.meta.dirname, 'listen-backlog.mjs')
  const server = spawn(process.execPath, ['--import', preload, '-e', BUSY_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void server.kill('SIGKILL'))
  const [port] = await once(server.stdout, 'data')
  const limit = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  const sockets = Array.from({ length: Math.min(CONNECTIONS, limit) }, () => connect(Number(port), '127.0.0.1'))
  onTestFinished(() => {
    for (const socket of sockets) socket.on('error', () => {}).destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  expect(sockets.every((socket) => !socket.connecting)).toBe(true)
})
