/**
 * Every limit of the product, as data. Each is counted in PostgreSQL, by the statement that it guards. If the
 * counters cannot be reached, neither can the database, and the request is refused.
 */

/** What a count belongs to. `pair` is one identifier from one address; `global` is all requests together. */
export type LimitSubject = 'address' | 'identifier' | 'pair' | 'global'

export interface Limit {
  subject: LimitSubject
  /** How many calls a window allows. */
  budget: number
  windowSeconds: number
  /** Set where strangers could fill the budget to keep owners out: over it, an operator is told and no call is refused. */
  alarm?: true
}

export const LIMITS = {
  'request-reset': [
    { subject: 'address', budget: 60, windowSeconds: 900 },
    { subject: 'global', budget: 12_000, windowSeconds: 60 },
  ],
  // Following an emailed link, or checking a token over an API.
  'open-link': [{ subject: 'address', budget: 300, windowSeconds: 900 }],
  // The page that a link leads to. Counted apart, so that one click counts once as `open-link`.
  'show-reset-form': [{ subject: 'address', budget: 300, windowSeconds: 900 }],
  'verify-code': [
    { subject: 'address', budget: 100, windowSeconds: 900 },
    { subject: 'global', budget: 6_000, windowSeconds: 60, alarm: true },
  ],
  locate: [{ subject: 'address', budget: 60, windowSeconds: 900 }],
  'reset-password': [
    { subject: 'address', budget: 60, windowSeconds: 900 },
    { subject: 'global', budget: 6_000, windowSeconds: 60, alarm: true },
  ],
  // Each address gets few guesses per account. The account's own limit is higher, so an attacker needs many
  // addresses to lock its owner out.
  'sign-in': [
    { subject: 'address', budget: 100, windowSeconds: 900 },
    { subject: 'pair', budget: 20, windowSeconds: 900 },
    { subject: 'identifier', budget: 300, windowSeconds: 3600 },
  ],
  'secure-account': [{ subject: 'address', budget: 30, windowSeconds: 900 }],
} as const satisfies Record<string, readonly Limit[]>

/**
 * How many reset emails an account gets while one of its links is live. Above that, requests are accepted but not
 * sent. Once no link is live, the next request is sent, so that the owner always has a way in.
 */
export const EMAILS_PER_ACCOUNT = { budget: 10, windowSeconds: 3600 } as const

export type LimitedAction = keyof typeof LIMITS
