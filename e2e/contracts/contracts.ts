import { readdirSync } from 'node:fs'
import path from 'node:path'
import { ROOT } from '@/scripts/environment'
import type { Replay } from '@/server/contracts/replay'

const FOLDER = path.join(ROOT, 'server', 'contracts')

/** Every contract by name, with its replay: a folder with a `replay.ts` is one. */
export async function readReplays(): Promise<{ name: string; replay: Replay }[]> {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return Promise.all(
    folders.map(async ({ name }) => {
      const { replay } = (await import(path.join(FOLDER, name, 'replay.ts'))) as { replay: Replay }
      return { name, replay }
    }),
  )
}
