import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from '@playwright/test'
import { ROOT } from '@/scripts/environment'
import type { Operation, Scenario } from './scenarios/scenario'

/** The name of every contract: one folder each. */
export const contractNames = (): string[] =>
  readdirSync(path.join(ROOT, 'server', 'contracts'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)

/** The scenarios and operations of one contract. A contract without them fails its tests. */
export const loadScenarios = (name: string): Promise<{ scenarios: Scenario[]; operations: Operation[] }> =>
  import(path.join(import.meta.dirname, 'scenarios', `${name}.ts`))

/** Runs a step of the test for each item, also after one has failed, and then throws the first failure. */
export async function testEach<Item>(
  items: Item[],
  title: (item: Item) => string,
  step: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  for (const item of items) {
    await test.step(title(item), () => step(item)).catch((error) => failures.push(error))
  }
  if (failures.length > 1) console.error(`${failures.length} of ${items.length} steps failed. This is the first:`)
  if (failures.length > 0) throw failures[0]
}
