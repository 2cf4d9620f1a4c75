import { askFor, DONE, end, type ModelStep, mint } from './model-request'
import {
  BLOCKS,
  causeOfDeath,
  countTry,
  isLiveCode,
  isNamed,
  isOpen,
  newCount,
  supersedeAll,
  TRIES,
  TTL,
} from './model-state'
import type { Name, Operation, Who } from './operation'

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
    case 'show-form':
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
    const until = account.stopped[email.address] ?? 0
    if (operation.do === 'allow-emails') delete account.stopped[email.address]
    else if (email.createdAt + TTL.day <= now) return end(memory, { code: 'link-unknown' })
    else if (until <= now) account.stopped[email.address] = now + TTL.day
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
