import path from 'node:path'
import { parseArguments, usageError } from './arguments'
import { main } from './cli-error'
import { layOutImage } from './image/lay-out'
import { shutdownSignal } from './shutdown'

const USAGE = 'npm run image -- --out FOLDER'

const shutdown = shutdownSignal()

// Lays out the files of the image in a folder. The Dockerfile copies that folder.
await main(async () => {
  const folder = path.resolve(readOut())
  await layOutImage(folder, shutdown)
  console.log(`The files of the image are in ${folder}. Run: node ${path.join(folder, 'latchkey.mjs')} server`)
})
process.exit(0)

function readOut(): string {
  const { out } = parseArguments(USAGE, { options: { out: { type: 'string' } } }).values
  if (!out) throw usageError(USAGE)
  return out
}
