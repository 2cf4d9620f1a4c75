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

/** Listens, prints the port, is busy while `fetch` below connects and sends, and is ended then. */
const ENDING_SERVER = `
  const server = require('node:http').createServer((request, response) => response.end('answered'))
  server.listen(0, undefined)
  server.on('listening', () => {
    process.stdout.write(String(server.address().port), () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
      server.close()
    })
  })`

const CONNECTIONS = 1_000

function startServer(program: string) {
  const preload = path.join(import.meta.dirname, 'listen-backlog.mjs')
  const server = spawn(process.execPath, ['--import', preload, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void server.kill('SIGKILL'))
  return server
}

it.runIf(process.platform === 'linux')('a burst of connections is kept until the server accepts them', async () => {
  const [port] = await once(startServer(BUSY_SERVER).stdout, 'data')
  const limit = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
  const sockets = Array.from({ length: Math.min(CONNECTIONS, limit) }, () => connect(Number(port), '127.0.0.1'))
  onTestFinished(() => {
    for (const socket of sockets) socket.on('error', () => {}).destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  expect(sockets.every((socket) => !socket.connecting)).toBe(true)
})

it('a server that ends answers the requests that wait to be accepted, and ends although one connection sends nothing', async () => {
  const server = startServer(ENDING_SERVER)
  const ended = once(server, 'exit')
  const [port] = await once(server.stdout, 'data')
  const silent = connect(Number(port), '127.0.0.1').on('error', () => {})
  onTestFinished(() => void silent.destroy())
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then((answer) => answer.text())
  expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array(20).fill('answered'))
  expect(await ended).toEqual([0, null])
})
