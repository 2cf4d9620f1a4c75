import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { sharesOf } from './profile-parts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-profile-test-'))
afterAll(() => fs.rm(root, { recursive: true }))

/** A bundle whose first line is of tRPC and whose second line is of Latchkey, with its source map. */
async function writeBundle() {
  const folder = path.join(root, '.next', 'server', 'chunks')
  await fs.mkdir(folder, { recursive: true })
  const file = path.join(folder, 'bundle.js')
  const sources = ['../../../node_modules/%40trpc/server/src/rpc.ts', '../../../server/recovery/request-reset.ts']
  await fs.writeFile(`${file}.map`, JSON.stringify({ version: 3, sources, names: [], mappings: 'AAAA;ACAA' }))
  return file
}

it('counts the time of each function for its part, without what it waited', async () => {
  const bundle = await writeBundle()
  const frame = (functionName: string, url: string, lineNumber = 0) => ({
    functionName,
    url,
    lineNumber,
    columnNumber: 0,
  })
  const frames = [
    frame('(idle)', ''),
    frame('(garbage collector)', ''),
    frame('writeUtf8String', ''),
    frame('call', bundle, 0),
    frame('requestReset', bundle, 1),
    frame('handle', '/app/node_modules/next/dist/server/base-server.js'),
    frame('read', 'node:internal/webstreams/readablestream'),
    frame('execute', 'file:///app/node_modules/postgres/src/connection.js'),
  ]
  const shares = sharesOf({
    nodes: frames.map((callFrame, id) => ({ id, callFrame })),
    samples: frames.map((_, id) => id),
    timeDeltas: [1000, 10, 20, 30, 40, 50, 20, 30],
  })
  expect(Object.fromEntries([...shares].filter(([, share]) => share > 0))).toEqual({
    'garbage collection': 0.05,
    'HTTP and sockets of Node.js': 0.1,
    tRPC: 0.15,
    Latchkey: 0.2,
    'Next.js and React': 0.25,
    'web streams, Request, Response, Headers': 0.1,
    'the driver of PostgreSQL': 0.15,
  })
})
