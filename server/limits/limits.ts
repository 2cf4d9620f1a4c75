import type { NetworkWidth } from '@/server/core/context'

/**
 * Every limit of the product, as data. Each is counted in PostgreSQL, by the statement that it guards. If the
 * counters cannot be reached, neither can the database, and the request is refused.
 */

/** What a count belongs to. `global` is all requests together. */
export type LimitSubject = 'network' | 'global'

export interface Limit {
  subject: LimitSubject
  /** How many calls a window allows. For a network this is the narrow budget, see NETWORK_FACTORS. */
  budget: number
  windowSeconds: number
  /** Set where the budget could keep owners out of live links and codes: over it, an operator is told, and no call is refused. */
  alarm?: true
}

/**
 * Every network that an address belongs to is counted, and has a multiple of the limit's budget: one customer with many
 * addresses must not pass for many customers, and many customers must not share the budget of one.
 * - An IPv6 /64 is one link. A /56 is what a household gets, and a /48 a large site (RIPE-690, section 4.2).
 * - An IPv6 /48 can also hold 256 households, and an IPv4 /24 holds as many addresses. A sixteenth of them may be busy.
 * - A trusted back end calls for all its users, so the key has its own budget, wherever it is used from.
 */
export const NETWORK_FACTORS: Record<NetworkWidth, number> = {
  'ipv6/64': 1,
  'ipv6/56': 4,
  'ipv6/48': 16,
  'ipv4/32': 1,
  'ipv4/24': 16,
  unknown: 1,
  'service-key': 100,
}

export const LIMITS = {
  'request-reset': [
    { subject: 'network', budget: 60, windowSeconds: 900 },
    // Refuses, and raises an alarm. Links and codes that were already emailed keep working. The budget is what Resend
    // sends by default (two calls of 100 emails a second). More would delay every email until its link has expired.
    { subject: 'global', budget: 12_000, windowSeconds: 60 },
  ],
  // Following an emailed link, or checking a token over an API.
  'open-link': [{ subject: 'network', budget: 300, windowSeconds: 900 }],
  // The page that a link leads to. Counted apart, so that one click counts once as `open-link`.
  'show-reset-form': [{ subject: 'network', budget: 300, windowSeconds: 900 }],
  'verify-code': [
    { subject: 'network', budget: 100, windowSeconds: 900 },
    // Wrong codes for all accounts together: a right code is taken off again. An attacker who spreads guesses over many
    // accounts blocks none of them. At this rate, one code is guessed in about 170 hours.
    { subject: 'global', budget: 6_000, windowSeconds: 3600, alarm: true },
  ],
  locate: [{ subject: 'network', budget: 60, windowSeconds: 900 }],
  'reset-password': [
    { subject: 'network', budget: 60, windowSeconds: 900 },
    { subject: 'global', budget: 6_000, windowSeconds: 60, alarm: true },
  ],
  'sign-in': [{ subject: 'network', budget: 100, windowSeconds: 900 }],
  // The line in a reset email that stops further ones, and its undoing.
  'stop-emails': [{ subject: 'network', budget: 30, windowSeconds: 900 }],
  'secure-account': [{ subject: 'network', budget: 30, windowSeconds: 900 }],
} as const satisfies Record<string, readonly Limit[]>

/**
 * How often passwords may be guessed, besides the limit of `sign-in`. Counted by `countGuess`. Never scaled.
 * A name or an account gets few guesses from each network, and more from all networks together, so that an attacker
 * needs many networks to use up its budget. A browser that has signed in before gets its own budget instead.
 */
export const SIGN_IN_GUESSES = {
  pair: { budget: 20, windowSeconds: 900 },
  name: { budget: 300, windowSeconds: 3600 },
  device: { budget: 20, windowSeconds: 900 },
} as const

/**
 * How often a form for a new password may be sent again, and how long: a second click, or a new try after the line has lost
 * the answer. Counted for each used secret by `isRepeatedReset`. Never scaled.
 */
export const REPEATED_RESETS = { budget: 10, windowSeconds: 600 } as const

/**
 * How many reset emails an account gets, unless its owner completes a reset. Above that, requests are accepted but not
 * sent. The link of the last one works until the window ends, so that the owner always has a way in; if it has died
 * nevertheless, the next request is sent.
 */
export const EMAILS_PER_ACCOUNT = { budget: 5, windowSeconds: 24 * 3600 } as const

export type LimitedAction = keyof typeof LIMITS

/** Actions that go on while an operator has paused recovery: they recover nothing, or protect an account. */
export const NEVER_PAUSED: ReadonlySet<LimitedAction> = new Set<LimitedAction>([
  'sign-in',
  'secure-account',
  'stop-emails',
])

/** What a refused caller is told to wait, in seconds. It isn't known when an operator ends a pause. */
export const PAUSE_RETRY_SECONDS = 300
