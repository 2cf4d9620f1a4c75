import type { RefusedNetworks } from '@/server/core/context'

/** About 2 MB. Beyond that, the oldest entry is forgotten, and the database refuses that network again. */
const CAPACITY = 10_000

/**
 * Remembers which networks were refused for an action, and until when, so that a refused network cannot keep the
 * database busy. Only for budgets of networks: those of accounts end with a reset.
 */
export function createRefusedNetworks(capacity = CAPACITY): RefusedNetworks {
  /** Action and network, in the order in which they were remembered. */
  const ends = new Map<string, Date>()
  const keyOf = (action: string, name: string) => `${action} ${name}`

  return {
    refusedUntil(action, networks, now) {
      let last: Date | null = null
      for (const { name } of networks) {
        const key = keyOf(action, name)
        const end = ends.get(key)
        if (end && end <= now) ends.delete(key)
        else if (end && (!last || end > last)) last = end
      }
      return last
    },
    remember(action, name, until) {
      const key = keyOf(action, name)
      ends.delete(key)
      ends.set(key, until)
      const [oldest] = ends.keys()
      if (ends.size > capacity && oldest !== undefined) ends.delete(oldest)
    },
  }
}
