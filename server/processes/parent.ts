/**
 * Several server processes can share a port (`WEB_CONCURRENCY`). The process that started them, `scripts/shared-port/parent.mjs`,
 * passes messages between them. A process that is alone has no parent, and none of this does anything then.
 */

type Message =
  /** The environment is valid, and the process is about to serve. */
  | { latchkey: 'ready' }
  /** An email or an event is queued: to the parent, and from there to the process that sends them. */
  | { latchkey: 'queued' }
  | { latchkey: 'take'; lane: string; slots: number }
  | { latchkey: 'granted' | 'give-back'; lane: string }

/** What this process keeps about its parent. */
interface Parent {
  send(message: Message): void
  /** Those who wait for a slot of each lane. */
  waiting: Map<string, (() => void)[]>
  /** Set while a message about queued emails is about to be sent. */
  queuedTimer?: NodeJS.Timeout
}

// Next.js bundles instrumentation and routes separately. They share state only through `globalThis`.
const holder = globalThis as typeof globalThis & { __latchkeyParent?: Parent }

/** Requests that come within this time are one message. A batch of emails waits 100 ms for others anyway. */
const QUEUED_DELAY_MS = 10

/**
 * Connects this process with its parent. Called once, before the first request.
 * @param onQueued called when another process has queued an email or an event
 */
export function joinParent(onQueued: () => void): void {
  const waiting = new Map<string, (() => void)[]>()
  holder.__latchkeyParent = { send: (message) => void process.send?.(message, undefined, {}, () => {}), waiting }
  process.on('message', (message: Message) => {
    if (message?.latchkey === 'queued') onQueued()
    if (message?.latchkey === 'granted') waiting.get(message.lane)?.shift()?.()
  })
}

/** Tells the parent that this process is about to serve. */
export const reportReady = (): void => holder.__latchkeyParent?.send({ latchkey: 'ready' })

/** Tells the process that sends emails and events that one is queued. */
export function reportQueued(): void {
  const parent = holder.__latchkeyParent
  if (!parent || parent.queuedTimer) return
  parent.queuedTimer = setTimeout(() => {
    parent.queuedTimer = undefined
    parent.send({ latchkey: 'queued' })
  }, QUEUED_DELAY_MS)
}

/**
 * Runs `work` in one of the slots of a lane that all processes of this parent share, or at once if there is no parent.
 * @param slots how many there are, for all processes together
 */
export function runInSharedSlot<Result>(lane: string, slots: number, work: () => Promise<Result>): Promise<Result> {
  const parent = holder.__latchkeyParent
  return parent ? runWhenGranted(parent, lane, slots, work) : work()
}

async function runWhenGranted<Result>(parent: Parent, lane: string, slots: number, work: () => Promise<Result>) {
  await new Promise<void>((resolve) => {
    parent.waiting.set(lane, [...(parent.waiting.get(lane) ?? []), resolve])
    parent.send({ latchkey: 'take', lane, slots })
  })
  try {
    return await work()
  } finally {
    parent.send({ latchkey: 'give-back', lane })
  }
}
