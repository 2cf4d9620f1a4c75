import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, HttpClient, Sent } from './http-client'
import { type EmailReader, parseResetEmail, type ResetEmail } from './read-email'
import { askAt, JWT_PATH } from './request-paths'
import { isLive } from './secrets'
import { notChecked, notLimited } from './verdicts'

/** What an attack knows of the deployment and of its own test account. */
export interface AttackOptions {
  client: HttpClient
  account?: string | undefined
  username?: string | undefined
  password?: string | undefined
  emails?: EmailReader | undefined
  /** Lets time pass. Tests move the clock instead. */
  pause?: (seconds: number) => Promise<unknown>
  /** How many requests race each other. */
  parallel?: number
}

/** The answers to the same request for the test account and for an unknown one. */
export interface Pair {
  known: Answer
  unknown: Answer
}

export const EVIL_HOST = 'evil.example'

/** Headers that name another host. A server that believed one of them would put it into links. */
export const OTHER_HOST_HEADERS: Sent['headers'] = [
  ['x-forwarded-host', EVIL_HOST],
  ['x-forwarded-server', EVIL_HOST],
  ['x-forwarded-proto', 'http'],
  ['x-forwarded-port', '8443'],
  ['x-host', EVIL_HOST],
  ['x-original-host', EVIL_HOST],
  ['x-rewrite-url', `http://${EVIL_HOST}/`],
  ['forwarded', `host=${EVIL_HOST};proto=http`],
  ['origin-host', EVIL_HOST],
]

const POLL_MS = 250

/** An attacker with a test account. Emails are requested when a promise first needs them, two in a run. */
export class Attacker {
  readonly client: HttpClient
  readonly options: AttackOptions
  readonly parallel: number
  /** An address that has no account, the same in the whole run. */
  readonly unknownEmail: string
  /** How long code entry is blocked after the guesses, in seconds. */
  blockSeconds = 0
  /** The answers to the request of the first email. */
  firstAnswers?: Pair
  /** The answers to the guesses at the test account. */
  guesses?: Answer[]
  /** The grant of the second email's code. */
  grant?: string
  /** The cookie of a session from before the change of the password. */
  session?: string | null
  /** The recipients of the emails before the first attack on them, where the mailbox shows that. */
  recipientsBefore?: string[]
  /** Whether the first link worked just before the second email was requested. */
  wasFirstLive = false
  hasChanged = false
  /** The address of this run has used up a budget. */
  isOverLimit = false
  #newestBefore: string | null | undefined
  #terms?: Promise<{ disclosure: string; sendCooldownSeconds: number }>
  #first?: Promise<ResetEmail>
  #second?: Promise<ResetEmail>

  constructor(options: AttackOptions) {
    this.client = options.client
    this.options = options
    this.parallel = options.parallel ?? 50
    this.unknownEmail = `nobody${randomBytes(6).toString('hex')}@${options.account?.split('@')[1] ?? 'example.com'}`
  }

  pause = (seconds: number) => (this.options.pause ?? ((wait) => sleep(wait * 1000)))(seconds)

  /** The address of the test account. */
  get account(): string {
    return this.options.account ?? notChecked('no --account was given')
  }

  /** @throws NotChecked if the deployment tells by design who has an account */
  async requireConcealment(): Promise<void> {
    if ((await this.terms()).disclosure === 'reveal')
      notChecked('ACCOUNT_DISCLOSURE=reveal tells by design who has an account')
  }

  terms() {
    this.#terms ??= this.client.query('recovery.terms').then(({ text }) => JSON.parse(text).result.data)
    return this.#terms
  }

  /** From here on, an email that was not asked for counts as the first email. */
  async watchEmails(): Promise<void> {
    if (this.#first || this.recipientsBefore) return
    this.#newestBefore = await this.options.emails?.newest()
    this.recipientsBefore = (await this.options.emails?.recipients?.()) ?? []
  }

  /** An email with a JWT. Its request names another host in every header that could do so. */
  firstEmail(): Promise<ResetEmail> {
    this.#first ??= this.#waitForEmail(async () => {
      // A proxy or the server may refuse another Host; the other headers are tried in any case.
      const poisoned = [['host', EVIL_HOST] as const, ...(OTHER_HOST_HEADERS ?? [])]
      const ask = async (account: string) => {
        const refused = await askAt(this.client, JWT_PATH, account, poisoned).catch(() => undefined)
        return refused?.status === 200 ? refused : askAt(this.client, JWT_PATH, account, OTHER_HOST_HEADERS)
      }
      this.firstAnswers = { known: await ask(this.account), unknown: await ask(this.unknownEmail) }
      notLimited(this.firstAnswers.known)
    })
    return this.#first
  }

  /** A later email, requested as the pages do, once the cooldown and a block of codes are over. */
  secondEmail(): Promise<ResetEmail> {
    this.#second ??= this.#waitForEmail(async () => {
      const { link } = await this.firstEmail()
      const { sendCooldownSeconds } = await this.terms()
      const wait = Math.max(sendCooldownSeconds, this.blockSeconds) + 1
      if (wait > 300) notChecked(`a second email would need a pause of ${wait} s`)
      await this.pause(wait)
      this.wasFirstLive = await isLive(this.client, link)
      notLimited(await this.client.mutate('recovery.request', { account: this.account }))
    })
    return this.#second
  }

  get reader(): EmailReader {
    return this.options.emails ?? notChecked('needs to read emails: give --read-email')
  }

  async #waitForEmail(request: () => Promise<unknown>): Promise<ResetEmail> {
    const { account, reader } = this
    const before = this.#newestBefore === undefined ? await reader.newest() : this.#newestBefore
    this.#newestBefore = undefined
    await request()
    for (const end = Date.now() + reader.timeoutMs; Date.now() < end; await sleep(POLL_MS)) {
      const newest = await reader.newest()
      const email = newest && newest !== before ? parseResetEmail(newest) : null
      if (email) return email
    }
    return notChecked(
      `no email to ${account} arrived. Is it an account, was one sent in the last minute, or five in the last day?`,
    )
  }
}
