import {
  BLOCKS,
  causeOfDeath,
  countTry,
  EMAILS,
  isLiveCode,
  isNamed,
  isOpen,
  type ModelEmail,
  type ModelState,
  newCount,
  supersedeAll,
  TRIES,
  TTL,
} from './model-state'
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

const DONE = { code: 'done' }

/** The statements of an operation, in order. `index` is the email that it is about. */
export function stepsOf(operation: Operation, index: number): ModelStep[] {
  const { who } = operation
  switch (operation.do) {
    case 'request':
      return [askFor(operation), ...mint(who)]
    case 'guess-wrong':
      return [guess(operation, -1)]
    case 'guess-right':
      return [guess(operation, index), accept(operation, index)]
    case 'open':
      return [open(who, index)]
    case 'redeem-link':
      return [find(who, index, 'link'), spend(who, index, 'link')]
    case 'redeem-grant':
      return [find(who, index, 'grant'), spend(who, index, 'grant')]
    case 'secure':
      return [secure(who, index), ...mint(who)]
    case 'stop-emails':
    case 'allow-emails':
      return [stop(operation, index)]
    case 'sign-in':
      return [signIn(operation, index)]
    default:
      return [change(operation)]
  }
}

const end = (memory: Memory, outcome: Outcome) => {
  memory.outcome = outcome
  memory.ended = true
}

/** The cooldown that strangers are told is that of the name. */
const askFor =
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
const mint = (who: Who): ModelStep[] => [
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

/** Counts the try, and compares the code if the counts allow it. `index` is -1 for a wrong code. */
const guess =
  ({ who, name }: { who: Who; name: Name }, index: number): ModelStep =>
  (state, memory) => {
    const { now } = state
    const account = state.accounts[who]
    account.told[name] ??= newCount()
    const told = account.told[name]
    const isAdmitted = countTry(told, now)
    const isOff = told.blocks >= BLOCKS
    const off = { code: 'codes-off', retryAfterSeconds: TTL.day }
    if (!isAdmitted)
      return end(memory, isOff ? off : { code: 'code-blocked', retryAfterSeconds: (told.blockedUntil ?? 0) - now })
    let isComparable = false
    if (isNamed(account, name)) {
      account.count ??= newCount()
      isComparable = countTry(account.count, now)
    } else {
      account.nobody[name] ??= newCount()
      countTry(account.nobody[name], now)
    }
    const triesLeft = TRIES - told.tries
    const wrong =
      triesLeft > 0
        ? { code: 'code-wrong', triesLeft }
        : { code: 'code-wrong', triesLeft, retryAfterSeconds: (told.blockedUntil ?? 0) - now }
    memory.outcome = triesLeft === 0 && isOff ? off : wrong
    const email = account.emails[index]
    if (!email || !isComparable || !isNamed(account, name) || !isLiveCode(state, who, email)) memory.ended = true
  }

/** Uses up the code, and forgets the tries under the name that was typed. */
const accept =
  ({ who, name }: Operation & { do: 'guess-right' }, index: number): ModelStep =>
  (state, memory) => {
    const account = state.accounts[who]
    const email = account.emails[index]
    if (memory.ended || !email || !isLiveCode(state, who, email)) return
    email.codeUsed = true
    email.grantExpiresAt = state.now + TTL.grant
    account.count = null
    delete account.told[name]
    end(memory, DONE)
  }

const open =
  (who: Who, index: number): ModelStep =>
  (state, memory) => {
    const email = state.accounts[who].emails[index]
    if (!email) return
    const cause = causeOfDeath(state, who, email, 'link')
    if (isOpen(email) && (email.openedAt === null || email.openedAt < state.now - 60)) email.openedAt = state.now
    end(memory, cause ? { code: cause } : DONE)
  }

const find =
  (who: Who, index: number, kind: 'link' | 'grant'): ModelStep =>
  (state, memory) => {
    const email = state.accounts[who].emails[index]
    const cause = email && causeOfDeath(state, who, email, kind)
    if (cause) end(memory, { code: cause })
  }

const spend =
  (who: Who, index: number, kind: 'link' | 'grant'): ModelStep =>
  (state, memory) => {
    const account = state.accounts[who]
    const email = account.emails[index]
    if (memory.ended || !email) return
    const cause = causeOfDeath(state, who, email, kind)
    if (cause) return end(memory, { code: cause })
    email.usedAt = state.now
    supersedeAll(account, state.now, email)
    account.version += 1
    account.password = account.changed.length + 1
    account.count = null
    delete account.told[account.address]
    delete account.told.username
    account.changed.push({ at: state.now, address: account.address })
    account.secured = false
    end(memory, DONE)
  }

const secure =
  (who: Who, index: number): ModelStep =>
  (state, memory) => {
    const account = state.accounts[who]
    const change = account.changed[index]
    if (!change) return
    if (change.at <= state.now - TTL.week) return end(memory, { code: 'link-expired' })
    if (index !== account.changed.length - 1 || account.secured) return end(memory, { code: 'link-used' })
    account.secured = true
    account.password = null
    account.version += 1
    supersedeAll(account, state.now)
    const isEmailed = change.address === account.address
    if (isEmailed) memory.asked = 'by-id'
    memory.outcome = { code: 'done', emailed: isEmailed }
  }

const stop =
  (operation: Operation & { do: 'stop-emails' | 'allow-emails' }, index: number): ModelStep =>
  ({ accounts, now }, memory) => {
    const account = accounts[operation.who]
    const email = account.emails[index]
    if (!email) return
    if (operation.do === 'stop-emails') account.stopped[email.address] = now + TTL.day
    else delete account.stopped[email.address]
    end(memory, DONE)
  }

const signIn =
  ({ who, isRight }: Operation & { do: 'sign-in' }, number: number): ModelStep =>
  ({ accounts }, memory) => {
    const { active, password } = accounts[who]
    end(memory, isRight && active && password === number ? DONE : { code: 'sign-in-failed' })
  }

const change =
  (operation: Operation & { do: 'change-address' | 'deactivate' | 'activate' }): ModelStep =>
  ({ accounts }, memory) => {
    const account = accounts[operation.who]
    end(memory, DONE)
    if (operation.do === 'change-address')
      account.address = account.address === 'first-address' ? 'second-address' : 'first-address'
    else if (account.active === (operation.do === 'activate')) return
    else account.active = operation.do === 'activate'
    account.version += 1
  }
