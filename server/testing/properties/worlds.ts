import { stepsOf } from './model'
import type { Memory, ModelStep, Outcome } from './model-request'
import { causeOfDeath, type ModelState } from './model-state'
import type { Operation, Who } from './operation'

/** What can be seen of a step: its answers, how many emails there are, and which links and grants work. */
export interface Observation {
  outcomes: Outcome[]
  accounts: { emails: number; changed: number; links: string[]; grants: (string | null)[] }[]
}

/** Every order in which the statements of two operations can run. */
function interleavings<Item>(a: Item[], b: Item[]): Item[][] {
  const [headOfA, ...restOfA] = a
  const [headOfB, ...restOfB] = b
  if (headOfA === undefined || headOfB === undefined) return [[...a, ...b]]
  const first = interleavings(restOfA, b).map((rest) => [headOfA, ...rest])
  const second = interleavings(a, restOfB).map((rest) => [headOfB, ...rest])
  return [...first, ...second]
}

export interface World {
  state: ModelState
  outcomes: Outcome[]
}

/** Everything that may have happened when operations ran at the same time. Each is given with its email's index. */
export function worldsAfter(state: ModelState, operations: { operation: Operation; index: number }[]): World[] {
  const lists = operations.map(({ operation, index }, at) =>
    stepsOf(operation, index).map((step: ModelStep) => ({ step, at })),
  )
  return interleavings(lists[0] ?? [], lists[1] ?? []).map((order) => {
    const next = structuredClone(state)
    const memories: Memory[] = operations.map(() => ({}))
    for (const { step, at } of order) {
      const memory = memories[at] as Memory
      if (!memory.ended) step(next, memory)
    }
    return { state: next, outcomes: memories.map(({ outcome }) => outcome ?? { code: 'nothing' }) }
  })
}

/** What a world would look like. */
export const observe = ({ state, outcomes }: World): Observation => ({
  outcomes,
  accounts: ([0, 1] as Who[]).map((who) => {
    const { emails, changed } = state.accounts[who]
    return {
      emails: emails.length,
      changed: changed.length,
      links: emails.map((email) => causeOfDeath(state, who, email, 'link') ?? 'live'),
      grants: emails.map((email) =>
        email.grantExpiresAt === null ? null : (causeOfDeath(state, who, email, 'grant') ?? 'live'),
      ),
    }
  }),
})

/** Keeps one of several equal worlds. */
export function distinct(states: ModelState[]): ModelState[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()]
}
