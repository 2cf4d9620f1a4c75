import { expect, test } from '@playwright/test'
import { contractNames, inSteps, readReplay } from './contracts'
import {
  hidesFaults,
  probing,
  refusesBrokenBodies,
  refusesLargeBodies,
  refusesOtherFields,
  refusesOtherMethods,
  refusesOtherSites,
  refusesOtherTypes,
  takesNoBodyForNothing,
  tellsOfLimits,
  tellsOfOutages,
} from './endpoint-rules'
import { play } from './run-scenario'
import { startWorld, type World } from './world'

/** Replays every contract against the production build, in one disclosure. */
export function replayContracts(disclosure: 'conceal' | 'reveal') {
  test.describe.configure({ mode: 'default', timeout: 120_000 })
  let world: World
  test.beforeAll(async () => {
    world = await startWorld(disclosure)
  })
  test.afterAll(() => world?.stop())

  for (const name of contractNames()) {
    test(`${name}: every exchange of its replay`, async () => {
      const { stories } = await readReplay(name)
      const told = stories.filter(({ only }) => only === undefined || only === disclosure)
      await inSteps(
        told,
        ({ title }) => title,
        (story) => play(world, story),
      )
    })

    test(`${name}: refuses what it cannot take, and mails nobody`, async () => {
      const { probes } = await readReplay(name)
      await inSteps(
        probes,
        ({ send }) => send,
        async (probe) => {
          const before = await world.requests()
          const probed = probing(world, probe, await world.newStory())
          await refusesOtherMethods(probed)
          if (!probed.writes) return
          await refusesOtherTypes(probed)
          await refusesBrokenBodies(probed)
          await takesNoBodyForNothing(probed)
          await refusesOtherFields(probed)
          await refusesLargeBodies(probed)
          expect(await world.requests(), 'requests for a mail').toBe(before)
          await refusesOtherSites(probed)
        },
      )
    })

    test(`${name}: tells of limits, faults and outages in its own shape`, async () => {
      const { probes } = await readReplay(name)
      const probed = await Promise.all(probes.map(async (probe) => probing(world, probe, await world.newStory())))
      const title = ({ send }: { send: string }) => send
      await inSteps(probed, title, tellsOfLimits)
      await world.sql`alter table rate_limits rename to lost`
      await inSteps(probed, title, hidesFaults).finally(() => world.sql`alter table lost rename to rate_limits`)
      await world.withoutDatabase(() => inSteps(probed, title, tellsOfOutages))
    })
  }
  return { world: () => world }
}
