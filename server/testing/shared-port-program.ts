import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { joinParent, reportQueued, reportReady, runInSharedSlot } from '@/server/processes/parent'

// Behaves towards its parent as a server process does. It answers with its state, and does what the path says.
const { PORT, PROCESS_NUMBER, OTEL_RESOURCE_ATTRIBUTES: attributes, BROKEN = '' } = process.env

console.log('a banner')
if (existsSync(BROKEN)) {
  console.log('a value is wrong')
  process.exit(1)
}

let woken = 0
joinParent(() => {
  woken += 1
})

/** Whether this process holds a slot. Only its end gives the slot back. */
let isHolding = false

function act(what: string | undefined) {
  if (what === 'queue') reportQueued()
  if (what === 'log') console.log(JSON.stringify({ msg: 'a line of the log' }))
  if (what !== 'hold') return
  void runInSharedSlot('test', 1, () => {
    isHolding = true
    return new Promise(() => {})
  })
}

// A path names what to do and which process does it: /hold/2
const server = createServer((request, response) => {
  const [, what, number] = request.url?.split('/') ?? []
  if (number === PROCESS_NUMBER) act(what)
  response.end(JSON.stringify({ pid: process.pid, number: Number(PROCESS_NUMBER), woken, isHolding, attributes }))
})
server.listen(Number(PORT), () => reportReady())
process.on('SIGTERM', () => process.exit(0))
