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
  // From one address few guesses at an account; in all so many that it takes many addresses to use them up.
  'sign-in': [
    { subject: 'address', budget: 100, windowSeconds: 900 },
    { subject: 'pair', budget: 20, windowSeconds: 900 },
    { subject: 'identifier', budget: 300, windowSeconds: 3600 },
  ],
  'secure-account': [{ subject: 'address', budget: 30, windowSeconds: 900 }],
} as const satisfies Record<string, readonly Limit[]>

/**
 * How many mails an account gets at the most while a link of it is live. Over it nothing is refused and
 * nothing sent; as soon as no link is live the next request is mailed, so nobody is left without one.
 */
export const EMAILS_PER_ACCOUNT = { budget: 10, windowSeconds: 3600 } as const

export type LimitedAction = keyof typeof LIMITS
