import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from '@playwright/test'
import type { Replay } from '@/e2e/contracts/scenarios/scenario'
import { ROOT } from '@/scripts/environment'

const FOLDER = path.join(ROOT, 'server', 'contracts')

/** Every contract by name: a folder with what stands in it. */
export const contractNames = (): string[] =>
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)

/** The replay of a contract. */
export async function readReplay(name: string): Promise<Replay> {
  const { replay } = (await import(path.join(FOLDER, name, 'replay.ts'))) as { replay: Replay }
  return replay
}

/** Goes through all of them as steps of a test, also past one that fails, and fails with the first that did. */
export async function inSteps<Item>(
  items: Item[],
  title: (item: Item) => string,
  step: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  for (const item of items) {
    await test.step(title(item), () => step(item)).catch((error) => failures.push(error))
  }
  if (failures.length > 1) console.error(`${failures.length} of ${items.length} failed; the first is told`)
  if (failures.length > 0) throw failures[0]
}
