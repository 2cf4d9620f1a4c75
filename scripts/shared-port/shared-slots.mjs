/**
 * Slots that several server processes share, by the name of a lane: how many password hashes may run at once depends
 * on the cores of the machine, not on its processes. Processes get their slots in the order in which they ask.
 * @param {(worker: import('node:cluster').Worker, lane: string) => void} grant tells a process that it has a slot
 */
export function createSharedSlots(grant) {
  /** @type {Map<string, { slots: number, held: unknown[], waiting: unknown[] }>} */
  const lanes = new Map()

  function pass(name) {
    const lane = lanes.get(name)
    while (lane.held.length < lane.slots && lane.waiting.length > 0) {
      const worker = lane.waiting.shift()
      lane.held.push(worker)
      grant(worker, name)
    }
  }

  return {
    /** A process asks for one of so many slots of a lane. */
    take(worker, name, slots) {
      if (!lanes.has(name)) lanes.set(name, { slots, held: [], waiting: [] })
      lanes.get(name).waiting.push(worker)
      pass(name)
    },
    /** A process gives a slot back. */
    giveBack(worker, name) {
      const { held } = lanes.get(name) ?? { held: [] }
      const index = held.indexOf(worker)
      if (index < 0) return
      held.splice(index, 1)
      pass(name)
    },
    /** Takes back everything that a process holds, because it has ended. */
    leave(worker) {
      for (const [name, lane] of lanes) {
        lane.held = lane.held.filter((holder) => holder !== worker)
        lane.waiting = lane.waiting.filter((asking) => asking !== worker)
        pass(name)
      }
    },
  }
}
