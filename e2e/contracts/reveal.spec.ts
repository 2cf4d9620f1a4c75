import { expect, test } from '@playwright/test'
import { declareContractTests } from './contract-tests'
import { runDocumentedCommands } from './documented-commands'

const { contractApp } = declareContractTests('reveal')

test('every command of docs/contracts.md prints the documented output', async () => {
  await runDocumentedCommands(contractApp())
})

test('every documented response of every contract was received', () => {
  const { document, answeredStatuses } = contractApp()
  const documented = Object.entries(document.paths)
    .filter(([path]) => !path.startsWith('/api/trpc/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
      ),
    )
  expect(documented.length).toBeGreaterThan(100)
  expect(documented.filter((response) => !answeredStatuses.has(response))).toEqual([])
})
