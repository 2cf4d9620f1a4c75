import { expect, test } from '@playwright/test'
import { readReplays } from './contracts'
import {
  hidesFaults,
  probing,
  refusesBrokenBodies,
  refusesLargeBodies,
  refusesOtherFields,
  refusesOtherMethods,
  refusesOtherSites,
  refusesOtherTypes,
  tellsOfLimits,
  tellsOfOutages,
} from './edge'
import { play } from './replaying'
import { startWorld, type World } from './world'

const replays = await readReplays()

/** Replays every contract against the production build, in one disclosure. */
export function replayContracts(disclosure: 'conceal' | 'reveal') {
  test.describe.configure({ mode: 'default', timeout: 120_000 })
  let world: World
  test.beforeAll(async () => {
    world = await startWorld(disclosure)
  })
  test.afterAll(() => world?.stop())

  for (const { name, replay } of replays) {
    for (const story of replay.stories) {
      if (story.only && story.only !== disclosure) continue
      test(`${name}: ${story.title}`, () => play(world, story))
    }

    for (const probe of replay.probes) {
      test(`${name}: ${probe.send} refuses what it cannot take, and mails nobody`, async () => {
        const before = await world.requests()
        const probed = probing(world, probe, await world.newStory())
        await refusesOtherMethods(probed)
        if (!probed.writes) return
        await refusesOtherTypes(probed)
        await refusesBrokenBodies(probed)
        await refusesOtherFields(probed)
        expect(await world.requests()).toBe(before)
        await refusesLargeBodies(probed)
        await refusesOtherSites(probed)
      })

      test(`${name}: ${probe.send} tells of a limit, a fault and an outage in its own shape`, async () => {
        const probed = probing(world, probe, await world.newStory())
        await tellsOfLimits(probed)
        await world.sql`alter table rate_limits rename to lost`
        try {
          await hidesFaults(probed)
        } finally {
          await world.sql`alter table lost rename to rate_limits`
        }
        await world.withoutDatabase(() => tellsOfOutages(probed))
      })
    }
  }
  return { world: () => world }
}
