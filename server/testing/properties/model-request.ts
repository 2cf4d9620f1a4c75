import { BLOCKS, causeOfDeath, EMAILS, isNamed, isOpen, type ModelEmail, type ModelState, TTL } from './model-state'
import type { Name, Operation, Who } from './operation'

/** What an operation answered: a code and its details, or `done`. */
export type Outcome = Record<string, unknown> & { code: string }

/** One statement of the product. What an operation remembers from one to the next is in `memory`. */
export type ModelStep = (state: ModelState, memory: Memory) => void
export interface Memory {
  outcome?: Outcome
  /** The name that an email was asked for by; `by-id` if the account itself was named. */
  asked?: Name | 'by-id'
  email?: ModelEmail
  /** The index of the email that the new one supersedes. */
  superseded?: number
  ended?: boolean
}

export const DONE = { code: 'done' }

export const end = (memory: Memory, outcome: Outcome) => {
  memory.outcome = outcome
  memory.ended = true
}

/** The cooldown that strangers are told is that of the name. */
export const askFor =
  ({ who, name, refuseWithinCooldown }: Operation & { do: 'request' }): ModelStep =>
  ({ accounts, now }, memory) => {
    const account = accounts[who]
    const until = account.cooldown[name]
    const isCoolingDown = until !== undefined && until > now
    if (!isCoolingDown) account.cooldown[name] = now + TTL.cooldown
    memory.asked = name
    if (isCoolingDown && refuseWithinCooldown) end(memory, { code: 'asked-too-soon', retryAfterSeconds: until - now })
    else memory.outcome = DONE
  }

/** The worker reads the account, and then writes the email. Something else may happen between the two. */
export const mint = (who: Who): ModelStep[] => [
  (state, memory) => {
    const { now } = state
    const account = state.accounts[who]
    const isExempt = memory.asked === 'by-id'
    if (memory.asked === undefined || !(isExempt ? account.active : isNamed(account, memory.asked as Name))) return
    const latest = (times: (number | null)[]) =>
      Math.max(Number.NEGATIVE_INFINITY, ...times.filter((at) => at !== null))
    const lastReset = latest(account.emails.map(({ usedAt }) => usedAt))
    const sent = account.emails.filter(({ createdAt }) => createdAt > now - TTL.day && createdAt > lastReset).length
    const hasLiveLink = account.emails.some((email) => causeOfDeath(state, who, email, 'link') === null)
    const isTooSoon =
      now < latest(account.emails.map(({ createdAt }) => createdAt)) + TTL.cooldown || (hasLiveLink && sent >= EMAILS)
    if (!isExempt && (isTooSoon || (account.stopped[account.address] ?? 0) > now)) return
    memory.superseded = account.emails.findIndex(isOpen)
    memory.email = {
      address: account.address,
      createdAt: now,
      expiresAt: now + (sent >= EMAILS - 1 ? TTL.day : TTL.link),
      codeExpiresAt: account.count && account.count.blocks >= BLOCKS ? null : now + TTL.code,
      version: account.version,
      usedAt: null,
      supersededAt: null,
      keptUntil: null,
      openedAt: null,
      codeUsed: false,
      grantExpiresAt: null,
    }
  },
  ({ accounts, now }, memory) => {
    const { emails } = accounts[who]
    if (!memory.email) return
    const open = emails[memory.superseded ?? -1]
    if (open && isOpen(open)) {
      const isGranted = open.grantExpiresAt !== null && open.grantExpiresAt > now
      const isFollowed = open.openedAt !== null && open.openedAt > now - TTL.progress
      open.supersededAt = now
      open.keptUntil =
        Math.max(isGranted ? Number(open.grantExpiresAt) : 0, isFollowed ? now + TTL.progress : 0) || null
    }
    if (!emails.some(isOpen)) emails.push(memory.email)
  },
]
