import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { busy, HashLane } from './hash-lane'

/**
 * Which hashes run, and in which order. A hash keeps a core and one thread of Node's pool busy, so strangers must not
 * have all of either: redeeming has a lane of its own, and sign-in fewer slots than there are cores and threads.
 */

/** How many threads Node.js hashes on. The variable and its default are libuv's. */
// biome-ignore lint/style/noProcessEnv: not a setting of this app, and read before the environment is checked
const POOL_THREADS = Number(process.env.UV_THREADPOOL_SIZE) || 4

interface Lanes {
  redeem: HashLane
  /** How many hashes each secret has in the lane of redeeming. */
  ofSecret: Map<string, number>
  signIn: HashLane
  /** How many sign-ins are under way. */
  signIns: Record<SignInKind, number>
  /** How many sign-ins were refused and are not answered yet. */
  heldRefusals: number
}

/** `known-device`: of a browser that has signed in to the account before. */
export type SignInKind = 'known-device' | 'anonymous'

const createLanes = (cores = availableParallelism()): Lanes => ({
  redeem: new HashLane(cores),
  ofSecret: new Map(),
  signIn: new HashLane(Math.max(1, Math.min(cores, POOL_THREADS) - 1)),
  signIns: { 'known-device': 0, anonymous: 0 },
  heldRefusals: 0,
})

// Next.js may load this module more than once: routes are bundled separately.
const holder = globalThis as typeof globalThis & { __latchkeyHashLanes?: Lanes }
holder.__latchkeyHashLanes ??= createLanes()
const lanes = holder.__latchkeyHashLanes

const MAX_WAITING_REDEEMS = 500

/** A hash for someone who has shown a live secret. */
export interface RedeemTurn {
  /** Which secret. Each has its turn before another has its second one. */
  secretId?: string
  signal?: AbortSignal | undefined
}

/**
 * Hashes in the lane of redeeming. Only holders of a live secret get here. One secret that is presented many times
 * at once delays no other one.
 * @throws RecoveryError `busy` when 500 hashes wait and the secret already has one of them, or the client has gone
 */
export async function runRedeem<Result>(
  work: () => Promise<Result>,
  { secretId = '', signal }: RedeemTurn,
): Promise<Result> {
  const { redeem, ofSecret } = lanes
  const rank = ofSecret.get(secretId) ?? 0
  if (rank > 0 && redeem.waiting >= MAX_WAITING_REDEEMS) throw busy()
  ofSecret.set(secretId, rank + 1)
  try {
    return await redeem.run(work, { rank, signal })
  } finally {
    const left = (ofSecret.get(secretId) ?? 1) - 1
    if (left > 0) ofSecret.set(secretId, left)
    else ofSecret.delete(secretId)
  }
}

/** A sign-in that was let in. */
export interface SignInPlace {
  /**
   * Changes the kind, once the account is known.
   * @throws RecoveryError `busy` when there are enough sign-ins of that kind
   */
  becomes(kind: SignInKind): void
  /**
   * Runs a hash when the lane of sign-in has a free slot.
   * @throws RecoveryError `busy` when the client has gone before
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>
}

const HELD_MS = 2_000
const MAX_HELD = 2_000

/**
 * Waits before a sign-in is refused. Clients that try again as soon as they are answered would otherwise keep the event
 * loop busy with refusals. Waiting costs nothing but the connection.
 */
async function holdRefusal(signal: AbortSignal | undefined): Promise<void> {
  if (lanes.heldRefusals >= MAX_HELD) return
  lanes.heldRefusals++
  await pause(HELD_MS, undefined, { signal }).catch(() => {}) // the client has gone
  lanes.heldRefusals--
}

/**
 * Lets a sign-in in before anything is done for it: as many of each kind as can be hashed within a second. So those
 * that are refused cost next to nothing, and anonymous ones take no place from browsers that are known.
 * @throws RecoveryError `busy` when there are enough of its kind, or the client has gone
 */
export async function withSignInPlace<Result>(
  first: SignInKind,
  signal: AbortSignal | undefined,
  signIn: (place: SignInPlace) => Promise<Result>,
): Promise<Result> {
  const { signIn: lane, signIns } = lanes
  const isFull = (kind: SignInKind) => signIns[kind] >= lane.slots + lane.perSecond
  if (signal?.aborted) throw busy()
  let kind = first
  if (isFull(kind)) {
    await holdRefusal(signal)
    throw busy()
  }
  signIns[kind]++
  try {
    return await signIn({
      becomes(actual) {
        if (actual === kind) return
        if (isFull(actual)) throw busy()
        signIns[actual]++
        signIns[kind]--
        kind = actual
      },
      run: (work) => lane.run(work, { rank: kind === 'known-device' ? 0 : 1, signal }),
    })
  } finally {
    signIns[kind]--
  }
}
