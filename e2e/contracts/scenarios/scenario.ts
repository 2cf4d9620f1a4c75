/**
 * A scenario is a recorded exchange with one contract, written as data so that it can be read beside the contract's
 * document. `run-scenario.ts` plays it over HTTP, once with each ACCOUNT_DISCLOSURE.
 *
 * `{name}` is a placeholder. Known from the start: `{app}` (the origin), `{email}`, `{maskedEmail}`, `{username}`,
 * `{fullName}` and `{password}` of the scenario's own account, `{newPassword}`, `{serviceKey}`, and `{unknownEmail}`
 * and `{unknownUsername}`, which no account has. Any other one takes its value from the first response or email that
 * contains it. `{name~pattern}` must match the pattern; `{~pattern}` is matched and not kept.
 */
export interface Scenario {
  title: string
  steps: Step[]
}

export type Step = Exchange | EmailReceived | NoEmailReceived | TimePasses | SignIn

/** One request and its complete response: the same with both disclosures, or one for each. */
export interface Exchange {
  /** Method and path. */
  request: string
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown
  headers?: Record<string, string>
  response?: ExpectedResponse
  reveal?: ExpectedResponse
  conceal?: ExpectedResponse
}

/** Status, body, and the headers that not every response has. */
export type ExpectedResponse = [status: number, body?: object | null, headers?: Record<string, string>]

/** Exactly one more email has reached the account. It holds one link of this form, and its code becomes `{code}`. */
export interface EmailReceived {
  emailWithLink: string
}

/** No more emails have reached the account or `{unknownEmail}`. */
export interface NoEmailReceived {
  noEmail: true
}

/** The app's clock moves on; nothing waits. */
export interface TimePasses {
  advanceSeconds: number
}

/** Signs in with this password. The session token becomes `{session}`, unless the sign-in must be refused. */
export interface SignIn {
  signIn: string
  refused?: true
}

/** One operation of a contract, for the rules that every operation follows (`endpoint-rules.ts`). */
export interface Operation {
  /** Method and path. */
  request: string
  /** A valid body that names no account. */
  body?: Record<string, unknown>
  /** The expected `Allow` header. */
  allow: string
  /** Presents a message in this contract's shape of an error. */
  error: (message: string, status: number) => object
  /** The response to a body that is not a JSON object. */
  invalidBody?: ExpectedResponse
  /** The response to an empty object, where it differs. */
  emptyBody?: ExpectedResponse
  /** The body of a 429, where it does not have the shape of `error`. */
  limitBody?: object
}

/** The cookie that a live link sets. */
export const resetCookieFor = (token: string) => `latchkey-reset=${token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`

/** The cookie that a dead link sets. It does not replace the link or grant that the browser holds. */
export const deadLinkCookies = (notice: string) =>
  `latchkey-notice=${notice}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax`

/** Texts that are not one email address. */
export const INVALID_EMAILS = [
  '',
  ' ',
  'john',
  'john@',
  '@example.com',
  'john@example',
  'john@@example.com',
  'john@example.com,jane@example.com',
  'john@example.com jane@example.com',
  'john@example.com\r\nBcc: jane@example.com',
  '"john"@example.com',
  'John <john@example.com>',
  'john@example.com\u0000',
  'jöhn@example.com',
  'john@ex\u200bample.com',
  `${'j'.repeat(250)}@example.com`,
]
