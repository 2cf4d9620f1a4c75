import path from 'node:path'
import { parseArgs } from 'node:util'
import { CliError, main } from './cli-error'
import { layOutImage } from './image/lay-out'
import { shutdownSignal } from './shutdown'

const shutdown = shutdownSignal()

// Lays out the files of the image in a folder. The Dockerfile copies that folder.
await main(async () => {
  const folder = path.resolve(readOut())
  await layOutImage(folder, shutdown)
  console.log(`The files of the image are in ${folder}. Run: node ${path.join(folder, 'latchkey.mjs')} server`)
})
process.exit(0)

function readOut(): string {
  try {
    const { out } = parseArgs({ options: { out: { type: 'string' } } }).values
    if (out) return out
  } catch (error) {
    throw new CliError(`${(error as Error).message}\nUsage: npm run image -- --out FOLDER`)
  }
  throw new CliError('Usage: npm run image -- --out FOLDER')
}
