/**
 * Every limit of the product, as data. Each is counted in PostgreSQL, in the statement it guards,
 * so a counter that cannot be reached means a database that cannot be reached: the request is refused.
 */

/** Whose count it is. `pair` is one identifier tried from one address. */
export type LimitSubject = 'address' | 'identifier' | 'pair' | 'global'

export interface Limit {
  subject: LimitSubject
  /** How many in a window. */
  budget: number
  windowSeconds: number
}

export const LIMITS = {
  'request-reset': [
    { subject: 'address', budget: 60, windowSeconds: 900 },
    { subject: 'global', budget: 12_000, windowSeconds: 60 },
  ],
  'open-link': [{ subject: 'address', budget: 300, windowSeconds: 900 }],
  'verify-code': [
    { subject: 'address', budget: 100, windowSeconds: 900 },
    { subject: 'global', budget: 6_000, windowSeconds: 60 },
  ],
  locate: [{ subject: 'address', budget: 60, windowSeconds: 900 }],
  'reset-password': [
    { subject: 'address', budget: 60, windowSeconds: 900 },
    { subject: 'global', budget: 6_000, windowSeconds: 60 },
  ],
  // Guesses at one account are bounded without letting a stranger shut its owner out from elsewhere.
  'sign-in': [
    { subject: 'address', budget: 100, windowSeconds: 900 },
    { subject: 'pair', budget: 20, windowSeconds: 900 },
    { subject: 'identifier', budget: 300, windowSeconds: 3600 },
  ],
  'disown-change': [{ subject: 'address', budget: 30, windowSeconds: 900 }],
} as const satisfies Record<string, readonly Limit[]>

export type LimitedAction = keyof typeof LIMITS
