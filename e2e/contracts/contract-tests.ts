import { expect, test } from '@playwright/test'
import { type ContractApp, startContractApp } from './contract-app'
import {
  hidesUnexpectedErrors,
  limitsRequests,
  prepareOperation,
  refusesBrokenBodies,
  refusesLargeBodies,
  refusesOtherFieldTypes,
  refusesOtherMethods,
  refusesOtherSites,
  refusesOtherTypes,
  reportsOutages,
  treatsNoBodyAsEmpty,
} from './endpoint-rules'
import { contractNames, loadScenarios, testEach } from './load-scenarios'
import { runScenario } from './run-scenario'
import type { Scenario } from './scenarios/scenario'

/**
 * Declares the tests that every contract passes with one disclosure. They run one after another against one app,
 * because some of them move its clock or take its database away.
 */
export function declareContractTests(disclosure: 'conceal' | 'reveal', accounts: 'own' | 'external' = 'own') {
  test.describe.configure({ mode: 'default' })
  let app: ContractApp
  test.beforeAll(async () => {
    app = await startContractApp(disclosure, accounts)
  })
  test.afterAll(() => app?.stop())

  for (const name of contractNames()) {
    test(`${name}: answers as documented in every scenario`, async () => {
      const { scenarios } = await loadScenarios(name)
      await testEach(
        scenarios.filter((scenario) => accounts === 'own' || !needsSession(scenario)),
        ({ title }) => title,
        (scenario) => runScenario(app, scenario),
      )
    })

    // These rules do not depend on what is disclosed.
    if (disclosure === 'reveal' || process.env.TEST_ALL)
      test(`${name}: refuses malformed requests and sends no email for them`, async () => {
        const { operations } = await loadScenarios(name)
        await testEach(
          operations,
          ({ request }) => request,
          async (operation) => {
            const before = await app.countRequestedEmails()
            const tested = prepareOperation(app, operation, await app.newAccount())
            await refusesOtherMethods(tested)
            if (!tested.takesBody) return
            await refusesOtherTypes(tested)
            await refusesBrokenBodies(tested)
            await treatsNoBodyAsEmpty(tested)
            await refusesOtherFieldTypes(tested)
            await refusesLargeBodies(tested)
            expect(await app.countRequestedEmails(), 'requested emails').toBe(before)
            await refusesOtherSites(tested)
          },
        )
      })

    test(`${name}: reports limits, unexpected errors and outages in its own shape`, async () => {
      const { operations } = await loadScenarios(name)
      const tested = await Promise.all(
        operations.map(async (operation) => prepareOperation(app, operation, await app.newAccount())),
      )
      const title = ({ request }: { request: string }) => request
      await testEach(tested, title, limitsRequests)
      await app.sql`alter table latchkey.rate_limits rename to missing`
      await testEach(tested, title, hidesUnexpectedErrors).finally(
        () => app.sql`alter table latchkey.missing rename to rate_limits`,
      )
      await app.withoutDatabase(() => testEach(tested, title, reportsOutages))
    })
  }
  return { contractApp: () => app }
}

/** Whether a scenario uses a session of Latchkey's own, which accounts of another application do not have. */
const needsSession = (scenario: Scenario) => JSON.stringify(scenario).includes('"Bearer {session}"')
