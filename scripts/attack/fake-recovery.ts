import { createHmac, randomBytes, randomInt } from 'node:crypto'

/** A hole that a test puts into the fake deployment. Each is checked by one promise. */
export type Flaw = string

export interface FakeEmail {
  to: string
  text: string
}

interface Reset {
  token: string
  code: string
  account: string
  jwt: boolean
  spent?: boolean
  superseded?: boolean
  opened?: boolean
  codeUsed?: boolean
  grant?: string
}

const JWT_KEY = randomBytes(32)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (text: string) => `${text}.${createHmac('sha256', JWT_KEY).update(text).digest('base64url')}`
const COOLDOWN_MS = 60_000
const BLOCK_MS = 60_000

/** Account recovery in memory, just enough to be attacked. A flaw switches one defence off. */
export class FakeRecovery {
  readonly account = 'robin@example.com'
  readonly username = 'robin'
  readonly password = 'walnut bicycle north 7'
  readonly emails: FakeEmail[] = []
  readonly sessions = new Set<string>()
  #ahead = 0
  #resets: Reset[] = []
  #lastEmail = Number.NEGATIVE_INFINITY
  #tries = new Map<string, { count: number; until: number }>()
  #counts = new Map<string, number>()

  readonly has: (flaw: Flaw) => boolean

  constructor(flaw?: Flaw) {
    this.has = (name) => name === flaw
  }

  advance = (seconds: number) => {
    this.#ahead += seconds * 1000
  }
  #now = () => Date.now() + this.#ahead

  /** Counts a use of a budget. */
  isOver(bucket: string, budget: number): boolean {
    const count = (this.#counts.get(bucket) ?? 0) + 1
    this.#counts.set(bucket, count)
    return count > budget
  }

  /** What a careless comparison makes of a name. */
  folded = (name: string) => (this.has('folds-unicode') ? name.normalize('NFKC').replace(/[\u0080-\uffff]/g, '') : name)

  knows = (name: string) => name === this.account || name === this.username

  request(name: string, origin: string, form: 'jwt' | 'pages') {
    if (!this.knows(name) || this.#now() - this.#lastEmail < COOLDOWN_MS) return
    this.#lastEmail = this.#now()
    for (const reset of this.#resets) {
      if (!this.has('older-codes-live')) reset.codeUsed = true
      reset.superseded = !reset.opened || this.has('ends-resets')
    }
    const token = randomBytes(32).toString('base64url')
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    this.#resets.push({ token, code, account: this.account, jwt: form === 'jwt' })
    const exp = Math.floor(this.#now() / 1000) + (this.has('long-exp') ? 1e7 : 3600)
    const jwt = signed(`${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: '7', reset_token: token, exp })}`)
    const link = form === 'jwt' ? `/reset-password?token=${jwt}` : `/api/accounts/forgot_password?token=${token}`
    this.emails.unshift({ to: this.account, text: `Choose a password:\n${origin}${link}\n\n  ${code}\n` })
  }

  /** The reset that a token belongs to, if it works. */
  find(presented: string): Reset | undefined {
    const token = presented.includes('.') ? this.#readJwt(presented) : presented
    const reset = this.#resets.find((each) => {
      if (this.has('base64-decoded'))
        return Buffer.from(each.token, 'base64url').equals(Buffer.from(token, 'base64url'))
      return each.token === token || (each.grant === token && token.length === 60)
    })
    if (!reset || (reset.jwt && reset.token === token && !presented.includes('.'))) return undefined
    return reset.spent || reset.superseded ? undefined : reset
  }

  #readJwt(jwt: string): string {
    const [head = '', body = '', ...rest] = jwt.split('.')
    const none = this.has('alg-none') && Buffer.from(head, 'base64url').includes('none')
    if (!none && (rest.length !== 1 || signed(`${head}.${body}`) !== jwt)) return ''
    return String((JSON.parse(Buffer.from(body, 'base64url').toString()) as { reset_token: string }).reset_token)
  }

  /** Compares a code. */
  async verify(name: string, code: string): Promise<{ grant: string } | 'wrong' | 'blocked'> {
    const typed = name.trim().toLowerCase()
    const account = this.knows(typed) ? this.account : typed
    const key = this.has('tries-per-spelling') ? name : account
    const tries = this.#tries.get(key) ?? { count: 0, until: 0 }
    if (this.has('compares-all')) await new Promise((resolve) => setTimeout(resolve, 20))
    const blocksNone = this.has('compares-all') || (this.has('blocks-known-only') && account !== this.account)
    if (!blocksNone) {
      if (this.#now() >= tries.until && tries.count >= 3) tries.count = 0
      if (tries.count >= 3) return 'blocked'
      tries.count += 1
      if (tries.count === 3) tries.until = this.#now() + BLOCK_MS
      this.#tries.set(key, tries)
    }
    const reset = this.#resets.find((each) => each.account === account && each.code === code)
    if (!reset || reset.spent || reset.superseded || (reset.codeUsed && !this.has('code-reusable'))) return 'wrong'
    this.#tries.delete(key)
    reset.codeUsed = true
    reset.grant = randomBytes(45).toString('base64').replaceAll(/[+/]/g, 'x')
    return { grant: reset.grant }
  }

  /** After the guesses the link must still work. */
  isHeldUp = () => this.has('blocks-links') && [...this.#tries.values()].some(({ count }) => count >= 3)

  async redeem(token: string): Promise<boolean> {
    const reset = this.find(token)
    if (!reset) return false
    if (this.has('no-lock')) await new Promise((resolve) => setTimeout(resolve, 20))
    for (const each of this.#resets) each.spent = !this.has('links-survive')
    if (this.has('links-survive') && this.isOver('redeemed once', 1)) return false
    if (!this.has('sessions-survive')) this.sessions.clear()
    if (!this.has('no-notice')) this.emails.unshift({ to: this.account, text: 'Your password was changed.' })
    return true
  }

  /** The reset of an opened form. */
  open(token: string): Reset | undefined {
    const reset = this.find(token)
    if (reset) reset.opened = true
    return reset
  }

  spend(token: string) {
    const reset = this.find(token)
    if (reset) reset.spent = true
  }

  signIn(name: string, password: string): string | 'wrong' | 'limited' {
    const isRight = this.knows(name) && password === this.password
    const own = this.isOver(`sign-in ${name}`, 20)
    if (own) return 'limited'
    const account = this.knows(name) ? this.account : name
    const isOver = this.isOver(`sign-in of ${account}`, 20)
    if (!isRight || (isOver && !this.has('sign-in-per-name'))) return 'wrong'
    const session = randomBytes(32).toString('base64url')
    this.sessions.add(session)
    return session
  }
}
