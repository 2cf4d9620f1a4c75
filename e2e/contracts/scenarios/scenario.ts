/**
 * Exchanges with a contract as data, to be read beside its document and replayed over HTTP in both
 * disclosures. `{name}` stands for what is known by then; what is not is learnt from the answer or the mail.
 *
 * Known from the start: `{app}`, `{email}`, `{username}`, `{name}`, `{masked}` and `{password}` of an account of
 * the story's own, `{newPassword}`, `{nobody}` and `{nobodysName}`, which no account has, and `{serviceKey}`.
 */
export type Step = Exchange | Mail | NoMail | Later | SignIn

/** One request and its whole answer: in both disclosures, or in each its own. */
export interface Exchange {
  send: string
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown
  headers?: Record<string, string>
  get?: Answered
  reveal?: Answered
  conceal?: Answered
}

/** Status, body, and headers besides those that every answer has. */
export type Answered = [status: number, body?: object | null, headers?: Record<string, string>]

/** The newest mail to the account, by the form of its link; its code becomes `{code}`. */
export interface Mail {
  mail: string
}

/** No mail has gone out since the last one. */
export interface NoMail {
  noMail: true
}

/** Time passes. */
export interface Later {
  later: number
}

/** Signs in, learning `{session}`, or fails to. */
export interface SignIn {
  signIn: string
  fails?: true
}

export interface Story {
  title: string
  /** Told in one disclosure alone. */
  only?: 'reveal' | 'conceal'
  steps: Step[]
}

/** An operation, for what the edge does for every one alike. */
export interface Probe {
  send: string
  /** What passes every check, for nobody. */
  body?: Record<string, unknown>
  allow: string
  /** The contract's own shape of an error. */
  error: (message: string, status: number) => object
  /** What is said of a body that is no JSON object. */
  invalid?: Answered
  /** What is said of an empty one, where it is not the same. */
  empty?: Answered
  /** What is said of a limit, where it is not in that shape. */
  limited?: object
}

export interface Replay {
  stories: Story[]
  probes: Probe[]
}

/** The cookie that a followed link sets, and those that a dead one does. */
export const resetCookie = (token: string) => `latchkey-reset=${token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`
export const deadLinkCookies = (notice: string) =>
  `latchkey-reset=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax, latchkey-notice=${notice}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax`

/** Addresses that are none, or not one. */
export const NO_ADDRESSES = [
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
