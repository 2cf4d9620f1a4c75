import { expect, test } from '@playwright/test'
import { replayContracts } from './disclosure'
import { canRunExamples, runExamples } from './examples'

const { world } = replayContracts('reveal')

test('every command of docs/contracts.md prints what stands under it', async () => {
  test.skip(!canRunExamples(), 'no bash or no curl here')
  await runExamples(world())
})

test('every documented answer of every contract was given', () => {
  const { document, reached } = world()
  const documented = Object.entries(document.paths)
    .filter(([path]) => !path.startsWith('/api/trpc/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
      ),
    )
  expect(documented.length).toBeGreaterThan(100)
  expect(documented.filter((answer) => !reached.has(answer))).toEqual([])
})
