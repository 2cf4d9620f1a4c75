import type { Name, Who } from './operation'

/** The promises of the product, written down a second time without a database. Times are seconds since the story began. */

export const TTL = { link: 3600, code: 600, grant: 300, cooldown: 60, progress: 600, day: 86_400, week: 604_800 }
export const TRIES = 3
export const BLOCKS = 10
export const EMAILS = 5

/** What one reset email of an account can do. */
export interface ModelEmail {
  address: Name
  createdAt: number
  expiresAt: number
  /** Null if codes were off when it was written. */
  codeExpiresAt: number | null
  /** The account's address and password when it was written. */
  version: number
  usedAt: number | null
  supersededAt: number | null
  keptUntil: number | null
  openedAt: number | null
  codeUsed: boolean
  grantExpiresAt: number | null
}

export interface Count {
  tries: number
  blocks: number
  blockedUntil: number | null
}

export interface ModelAccount {
  address: 'first-address' | 'second-address'
  active: boolean
  /** Rises with every change of address, password or activation. */
  version: number
  /** The number of the password, or null when the account was secured. */
  password: number | null
  emails: ModelEmail[]
  /** The emails about a changed password. */
  changed: { at: number; address: Name }[]
  /** Whether the newest change was secured. */
  secured: boolean
  stopped: Partial<Record<Name, number>>
  count: Count | null
  /** What strangers are told, for each name. */
  told: Partial<Record<Name, Count>>
  /** The count of each name while no account has it. */
  nobody: Partial<Record<Name, Count>>
  cooldown: Partial<Record<Name, number>>
}

export interface ModelState {
  now: number
  accounts: [ModelAccount, ModelAccount]
}

const newAccount = (): ModelAccount => ({
  address: 'first-address',
  active: true,
  version: 0,
  password: 0,
  emails: [],
  changed: [],
  secured: false,
  stopped: {},
  count: null,
  told: {},
  nobody: {},
  cooldown: {},
})

export const newState = (): ModelState => ({ now: 0, accounts: [newAccount(), newAccount()] })

/** A name belongs to the account now, so that an email or a code can be asked for by it. */
export const isNamed = (account: ModelAccount, name: Name) =>
  account.active && (name === 'username' || name === account.address)

export const isOpen = (email: ModelEmail) => email.usedAt === null && email.supersededAt === null

const isUnchanged = (account: ModelAccount, email: ModelEmail) => account.active && email.version === account.version

/** Why a link or grant does not work; null if it does. */
export function causeOfDeath(state: ModelState, who: Who, email: ModelEmail, kind: 'link' | 'grant'): string | null {
  const account = state.accounts[who]
  const end = kind === 'grant' ? (email.grantExpiresAt ?? -1) : email.expiresAt
  const wasFollowed = email.openedAt !== null && email.openedAt > (email.supersededAt ?? 0) - TTL.progress
  const isKept = email.keptUntil !== null && email.keptUntil > state.now && (kind === 'grant' || wasFollowed)
  if (email.usedAt !== null) return kind === 'grant' ? 'grant-unknown' : 'link-used'
  if (email.supersededAt !== null && !isKept) return kind === 'grant' ? 'grant-unknown' : 'link-superseded'
  if (end > state.now && isUnchanged(account, email)) return null
  return kind === 'grant' ? 'grant-expired' : 'link-expired'
}

export const isLiveCode = (state: ModelState, who: Who, email: ModelEmail) =>
  isOpen(email) &&
  !email.codeUsed &&
  email.codeExpiresAt !== null &&
  email.codeExpiresAt > state.now &&
  isUnchanged(state.accounts[who], email)

/** Counts a try. Returns whether it is admitted. */
export function countTry(count: Count, now: number): boolean {
  const isAdmitted = count.blocks < BLOCKS && (count.blockedUntil === null || count.blockedUntil <= now)
  if (!isAdmitted) return false
  count.tries = (count.tries % TRIES) + 1
  if (count.tries === TRIES) {
    count.blockedUntil = now + 60 * 2 ** count.blocks
    count.blocks += 1
  }
  return true
}

export const newCount = (): Count => ({ tries: 0, blocks: 0, blockedUntil: null })

/** Ends every reset email of an account, kept ones too. */
export function supersedeAll(account: ModelAccount, now: number, except?: ModelEmail) {
  for (const email of account.emails) {
    if (email === except || email.usedAt !== null) continue
    if (email.supersededAt !== null && email.keptUntil === null) continue
    email.supersededAt ??= now
    email.keptUntil = null
  }
}
