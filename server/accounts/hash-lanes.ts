import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { busy, HashLane } from './hash-lane'

/**
 * Which hashes run, and in which order. A hash keeps a core and one thread of Node's pool busy, so strangers must not
 * have all of either: redeeming has a lane of its own, and sign-in fewer slots than there are cores and threads. Server
 * processes that share a port share these slots. How many wait is counted by each process.
 */

/** How many threads Node.js hashes on. The default, 4, is libuv's. */
// biome-ignore lint/style/noProcessEnv: libuv reads the variable itself when it starts, so a setting of ours could differ
const POOL_THREADS = Number(process.env.UV_THREADPOOL_SIZE) || 4

interface Lanes {
  redeem: HashLane
  /** How many hashes each secret has in the lane of redeeming. */
  ofSecret: Map<string, number>
  signIn: HashLane
  /** How many sign-ins are under way. */
  signIns: Record<SignInKind, number>
  /** How many sign-ins are held because all places are taken. */
  held: number
  /** How many places of a known device each device has, and the devices of each account. By their ids. */
  knownPlaces: Map<string, number>
}

/** `known-device`: of a browser that has signed in to the account before, as far as is known. */
type SignInKind = 'known-device' | 'anonymous'

const createLanes = (cores = availableParallelism()): Lanes => ({
  redeem: new HashLane(cores, 'redeem'),
  ofSecret: new Map(),
  signIn: new HashLane(Math.max(1, Math.min(cores, POOL_THREADS) - 1), 'sign-in'),
  signIns: { 'known-device': 0, anonymous: 0 },
  held: 0,
  knownPlaces: new Map(),
})

// Next.js may load this module more than once: routes are bundled separately.
const holder = globalThis as typeof globalThis & { __latchkeyHashLanes?: Lanes }
holder.__latchkeyHashLanes ??= createLanes()
const lanes = holder.__latchkeyHashLanes

const MAX_WAITING_REDEEMS = 500

/** Changes how many a key has, and forgets keys that have none. */
function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}

/** A hash for someone who has shown a live secret, or one that was used just now. */
export interface RedeemTurn {
  /** Which secret. Each has its turn before another has its second one. */
  secretId?: string
  signal?: AbortSignal | undefined
}

/**
 * Hashes in the lane of redeeming, for holders of a secret that is live or was used just now. One secret that is presented
 * many times at once delays no other one.
 * @throws RecoveryError `busy` when 500 hashes wait and the secret already has one of them, or the client has gone
 */
export async function runRedeem<Result>(
  work: () => Promise<Result>,
  { secretId = '', signal }: RedeemTurn,
): Promise<Result> {
  const { redeem, ofSecret } = lanes
  const rank = ofSecret.get(secretId) ?? 0
  if (rank > 0 && redeem.waiting >= MAX_WAITING_REDEEMS) throw busy()
  add(ofSecret, secretId, 1)
  try {
    return await redeem.run(work, { rank, signal })
  } finally {
    add(ofSecret, secretId, -1)
  }
}

/** A sign-in that was let in. */
export interface SignInPlace {
  /**
   * Gives the place of a known device back, if it has one: its device cookie is not for the account.
   * @throws RecoveryError `busy` when there are enough anonymous sign-ins
   */
  becomeAnonymous(): void
  /**
   * Runs a hash when the lane of sign-in has a free slot.
   * @throws RecoveryError `busy` when the client has gone before
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * Places of a known device at once. A person presses the button once. More are a program, whose cookies may be for an
 * account of its own: each sign-in without a cookie gets another device id.
 */
const MAX_PER_DEVICE = 2
const MAX_PER_ACCOUNT = 4

/** The fewest places of known devices, however slow hashes are. One account must not have all of them. */
const LEAST_KNOWN_PLACES = 5 * MAX_PER_ACCOUNT

/** The most sign-ins that are held at once. Each is a connection and a request in memory. */
const MAX_HELD = 2_000

/** How long a sign-in is held. Random, so that the sign-ins of one burst do not end at the same time. */
const holdMs = () => 2_000 + 6_000 * Math.random()

/**
 * Waits before a sign-in is refused. Clients that try again as soon as they are answered would otherwise keep the
 * process busy with refusals.
 * @throws RecoveryError `busy` at once when 2,000 are held, or when the client goes
 */
async function hold(signal: AbortSignal | undefined): Promise<void> {
  if (lanes.held >= MAX_HELD) throw busy()
  lanes.held++
  try {
    await sleep(holdMs(), undefined, { signal })
  } catch {
    throw busy()
  } finally {
    lanes.held--
  }
}

/**
 * Admits a sign-in before any work is done for it. Each kind has as many places as can be hashed within a second, and
 * known browsers at least 20; anonymous sign-ins take none of theirs. A sign-in without a place is held for some seconds,
 * and then admitted or refused. If its device has two places, or the devices of its account four, it counts as anonymous.
 * @param devices the entries of the device cookie for the typed name. Their account may have another name by now
 * @throws RecoveryError `busy` if there is no place of its kind, or the client has gone
 */
export async function withSignInPlace<Result>(
  devices: readonly { id: string; accountId: string }[],
  signal: AbortSignal | undefined,
  signIn: (place: SignInPlace) => Promise<Result>,
): Promise<Result> {
  const { signIn: lane, signIns, knownPlaces } = lanes
  const placesOf = (id: string) => knownPlaces.get(id) ?? 0
  const isOver = ({ id, accountId }: (typeof devices)[number]) =>
    placesOf(id) >= MAX_PER_DEVICE || placesOf(accountId) >= MAX_PER_ACCOUNT
  let kind: SignInKind = devices.length === 0 || devices.some(isOver) ? 'anonymous' : 'known-device'
  const placesFor = (of: SignInKind) =>
    Math.max(lane.slots + lane.perSecond, of === 'known-device' ? LEAST_KNOWN_PLACES : 0)
  const isFull = (of: SignInKind) => signIns[of] >= placesFor(of)
  const refuseIfFull = (of: SignInKind) => {
    if (isFull(of)) throw busy()
  }
  const count = (change: 1 | -1) => {
    signIns[kind] += change
    if (kind === 'anonymous') return
    for (const id of devices.flatMap((device) => [device.id, device.accountId])) add(knownPlaces, id, change)
  }
  if (signal?.aborted) throw busy()
  if (isFull(kind)) await hold(signal)
  refuseIfFull(kind)
  count(1)
  try {
    return await signIn({
      becomeAnonymous() {
        if (kind === 'anonymous') return
        refuseIfFull('anonymous')
        count(-1)
        kind = 'anonymous'
        count(1)
      },
      run: (work) => lane.run(work, { rank: kind === 'known-device' ? 0 : 1, signal }),
    })
  } finally {
    count(-1)
  }
}
