import { RecoveryError } from '@/server/core/errors'
import { runInSharedSlot } from '@/server/processes/parent'

const RETRY_SECONDS = 2

/** The refusal when too many hashes wait, or when the client has gone. It may be tried again after two seconds. */
export const busy = () => new RecoveryError('busy', { retryAfterSeconds: RETRY_SECONDS })

export interface Turn {
  /** Lower ranks go first. Within a rank, the order is that of arrival. */
  rank?: number
  /** Aborted when the client has gone. Work that still waits then leaves the queue. */
  signal?: AbortSignal | undefined
}

interface Waiting {
  rank: number
  start(): void
}

/** What a hash is expected to take before one was measured. */
const FIRST_GUESS_MS = 50
/** No real hash takes less. */
const LEAST_MS = 5
/** How much the latest hash counts for in the average. */
const NEWEST_SHARE = 0.1

/**
 * A queue of hashes, of which a number run at once. A slot is given back when the hash has ended, not when its client
 * has gone: a thread cannot be stopped. Waiting for another process counts as time of the hash.
 */
export class HashLane {
  readonly #name: string | undefined
  readonly #waiting: Waiting[] = []
  #running = 0
  #averageMs = FIRST_GUESS_MS

  /** How many hashes run at once. */
  readonly slots: number

  /**
   * @param slots how many hashes run at once
   * @param name of a lane whose slots all server processes on the port share, if there are several
   */
  constructor(slots: number, name?: string) {
    this.slots = slots
    this.#name = name
  }

  /** How many hashes wait for a slot. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** How many hashes end within a second, judged by the latest ones. At least one for each slot. */
  get perSecond(): number {
    return Math.max(this.slots, Math.floor((this.slots * 1000) / Math.max(LEAST_MS, this.#averageMs)))
  }

  /**
   * Runs `work` when a slot is free.
   * @throws RecoveryError `busy` when the client went before a slot was free: `work` is not called
   */
  async run<Result>(work: () => Promise<Result>, turn: Turn = {}): Promise<Result> {
    if (turn.signal?.aborted) throw busy()
    if (this.#running < this.slots) this.#running++
    else await this.#freeSlot(turn)
    const startedAt = performance.now()
    try {
      return await (this.#name ? runInSharedSlot(this.#name, this.slots, work) : work())
    } finally {
      this.#averageMs += NEWEST_SHARE * (performance.now() - startedAt - this.#averageMs)
      this.#passSlotOn()
    }
  }

  /** Waits for the slot of a hash that ends. */
  #freeSlot({ rank = 0, signal }: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        rank,
        start() {
          signal?.removeEventListener('abort', leave)
          resolve()
        },
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(busy())
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#waiting.splice(this.#waiting.findLastIndex((other) => other.rank <= rank) + 1, 0, entry)
    })
  }

  /** Gives the slot of a hash that has ended to the first that waits. */
  #passSlotOn() {
    const next = this.#waiting.shift()
    if (next) next.start()
    else this.#running--
  }
}
