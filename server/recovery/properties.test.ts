import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createTestDatabase, openTestDatabase } from '@/server/testing/database'
import { newState } from '@/server/testing/properties/model-state'
import { type StoryStep, siege, story } from '@/server/testing/properties/operation'
import { createOwner } from '@/server/testing/properties/owner'
import { createStrangers } from '@/server/testing/properties/strangers'
import { createSystem } from '@/server/testing/properties/system'
import { distinct, observe, worldsAfter } from '@/server/testing/properties/worlds'

const { db, url } = await createTestDatabase()
const second = openTestDatabase(url)
afterAll(second.close)

const { TEST_ALL, PROPERTY_SEED, PROPERTY_RUNS } = process.env
const RUNS = Number(PROPERTY_RUNS ?? (TEST_ALL ? 150 : 6))
// A story takes a second or two beside the other tests.
vi.setConfig({ testTimeout: 60_000 + RUNS * 5_000 })
/** The same stories in each run, so that a failure is found again. `npm run test:all` tells new ones each time. */
const SEED = PROPERTY_SEED ? Number(PROPERTY_SEED) : TEST_ALL ? Date.now() % 2 ** 31 : 20_261_121

/** Tells a story to the product and to the model. After each step, the product must look as the model says. */
async function tell(steps: StoryStep[]) {
  const system = await createSystem([db, second.db])
  const strangers = createStrangers(system)
  let states = [newState()]
  for (const step of steps) {
    if ('wait' in step) {
      system.fixture.clock.advance(step.wait)
      for (const state of states) state.now += step.wait
      continue
    }
    const { server, operations } = step
    const given = operations.map((operation) => ({ operation, index: system.indexOf(operation) }))
    const on = (at: number) => ((server + at) % 2) as 0 | 1
    const told = await Promise.all(given.map(({ operation, index }, at) => system.run(on(at), operation, index)))
    const toldOfTwins = await Promise.all(operations.map((operation, at) => strangers.repeat(on(at), operation)))
    const seen = await system.observe(server, told)
    const worlds = states.flatMap((state) => worldsAfter(state, given))
    const looks = worlds.map((world) => observe(world))
    const fitting = worlds.filter((_, at) => JSON.stringify(looks[at]) === JSON.stringify(seen))
    if (fitting.length === 0) expect(seen, `after ${JSON.stringify(step)}`).toEqual(looks[0])
    states = distinct(fitting.map(({ state }) => state))
    strangers.compare(operations, told, toldOfTwins)
  }
  for (const who of [0, 1] as const) await createOwner(system, who).getsBackIn()
}

const check = (stories: fc.Arbitrary<StoryStep[]>, runs: number) =>
  fc.assert(fc.asyncProperty(stories, tell), { numRuns: runs, seed: SEED, endOnFailure: !TEST_ALL })

describe('whatever happens, in any order and on two servers', () => {
  it('secrets work as long as promised and no longer, and the owner gets back in by link', async () => {
    await check(story(30), RUNS)
  })

  it('an attacker who asks and guesses gets no more tries than promised, and the owner gets back in by link', async () => {
    await check(siege(60), Math.ceil(RUNS / 4))
  })
})
