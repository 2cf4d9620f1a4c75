import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { identifierSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { findLiveSecret } from '@/server/recovery/find-live-secret'
import { openLink } from '@/server/recovery/open-link'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { showResetForm } from '@/server/recovery/show-reset-form'
import { allowEmails, stopEmails } from '@/server/recovery/stop-emails'
import { verifyCode } from '@/server/recovery/verify-code'
import { changeAccount, PASSWORD, signInTo, type TestAccount } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import type { Outcome } from './model-request'
import type { Name, Operation } from './operation'
import type { Observation } from './worlds'

const LINK = /api\/accounts\/forgot_password\?token=([\w-]{43})/
const SECURE = /secure-account\?token=([\w-]{64})/
const STOP = /stop-emails\?token=([\w-]{64})/

/** An email that was sent to an account, and the grant that its code was exchanged for. */
interface SentEmail {
  link: string
  stop: string
  code: string | null
  grant: string | null
}

interface Subject {
  account: TestAccount
  names: Record<Name, string>
  address: Name
  emails: SentEmail[]
  changed: { secure: string }[]
  passwords: string[]
}

/** The product, on two servers with one database, and two accounts. */
export type System = Awaited<ReturnType<typeof createSystem>>

/** The answer of a call: its code and details. */
export const answerOf = (call: Promise<unknown>): Promise<Outcome> =>
  call.then(
    (result) => ({ code: 'done', ...(result && typeof result === 'object' && 'emailed' in result ? result : {}) }),
    (error: unknown) => {
      if (error instanceof RecoveryError) return { code: error.code, ...error.details }
      throw error
    },
  )

export async function createSystem(databases: readonly [Database, Database]) {
  const fixture = createRecoveryFixture(databases[0])
  const workers = databases.map((db) => fixture.worker(undefined, { db }))
  const subjects = (await Promise.all([newSubject(), newSubject()])) as [Subject, Subject]
  let seen = 0
  let passwords = 0

  async function newSubject(): Promise<Subject> {
    const account = await fixture.account()
    const names = {
      'first-address': account.email,
      'second-address': `other-${account.email}`,
      username: account.username,
    }
    return { account, names, address: 'first-address', emails: [], changed: [], passwords: [PASSWORD] }
  }

  /** The context of a new client of one of the servers. */
  const ctx = (server: 0 | 1): RecoveryContext => fixture.ctx({ db: databases[server], ...otherClient() })

  const deliver = (server: 0 | 1) => workers[server]?.drain()

  const request = async (server: 0 | 1, typed: string, refuseWithinCooldown: boolean) => {
    let id: string | null = null
    const call = requestReset(ctx(server), { account: identifierSchema.parse(typed), refuseWithinCooldown })
    const answer = await answerOf(
      call.then((request) => {
        id = request.id
      }),
    )
    await deliver(server)
    return { answer, id }
  }

  const guess = (server: 0 | 1, typed: string, code: string) =>
    verifyCode(ctx(server), { account: identifierSchema.parse(typed), code })

  /** The email `age` places before the newest; -1 if there is none. Of sign-in, the number of the password. */
  const indexOf = (operation: Operation): number => {
    if (operation.do === 'sign-in') return subjects[operation.who].passwords.length - 1
    if (!('age' in operation)) return -1
    const { emails, changed } = subjects[operation.who]
    const count = operation.do === 'secure' ? changed.length : emails.length
    const index = count === 0 ? -1 : Math.max(0, count - 1 - operation.age)
    return operation.do === 'redeem-grant' && !emails[index]?.grant ? -1 : index
  }

  /** A code that no email of the account holds. */
  function wrongCode({ emails }: Subject): string {
    const codes = emails.map(({ code }) => code)
    for (let n = 0; ; n++) {
      const code = String(n).padStart(6, '0')
      if (!codes.includes(code)) return code
    }
  }

  async function reset(server: 0 | 1, subject: Subject, kind: 'link' | 'grant', token: string) {
    const password = `seven lanterns ${++passwords} by the river`
    const answer = await answerOf(resetPassword(ctx(server), { secret: { kind, token }, password }))
    if (answer.code === 'done') subject.passwords.push(password)
    await deliver(server)
    return answer
  }

  /** Runs an operation on one of the servers. `nothing`: there is no such email, grant or change yet. */
  async function run(server: 0 | 1, operation: Operation, index: number): Promise<Outcome> {
    const subject = subjects[operation.who]
    const email = subject.emails[index]
    const nothing = { code: 'nothing' }
    switch (operation.do) {
      case 'request':
        return (await request(server, subject.names[operation.name], operation.refuseWithinCooldown)).answer
      case 'guess-wrong':
        return answerOf(guess(server, subject.names[operation.name], wrongCode(subject)))
      case 'guess-right': {
        const entered = guess(server, subject.names[operation.name], email?.code ?? wrongCode(subject))
        return answerOf(
          entered.then(({ grant }) => {
            if (email) email.grant = grant
          }),
        )
      }
      case 'open':
        return email ? answerOf(openLink(ctx(server), { kind: 'link', token: email.link })) : nothing
      case 'show-form':
        return email ? answerOf(showResetForm(ctx(server), { kind: 'link', token: email.link })) : nothing
      case 'redeem-link':
        return email ? reset(server, subject, 'link', email.link) : nothing
      case 'redeem-grant':
        return email?.grant ? reset(server, subject, 'grant', email.grant) : nothing
      case 'secure': {
        const token = subject.changed[index]?.secure
        if (!token) return nothing
        const answer = await answerOf(secureAccount(ctx(server), { token }))
        await deliver(server)
        return answer
      }
      case 'stop-emails':
        return email ? answerOf(stopEmails(ctx(server), { token: email.stop })) : nothing
      case 'allow-emails':
        return email ? answerOf(allowEmails(ctx(server), { token: email.stop })) : nothing
      case 'sign-in': {
        const password = operation.isRight ? subject.passwords[index] : 'not the password at all'
        const account = { ...subject.account, email: subject.names[subject.address] }
        return answerOf(signInTo(ctx(server), account, password ?? ''))
      }
      default:
        await change(operation)
        return { code: 'done' }
    }
  }

  async function change(operation: Operation & { do: 'change-address' | 'deactivate' | 'activate' }) {
    const subject = subjects[operation.who]
    const [db] = databases
    if (operation.do !== 'change-address')
      return void (await changeAccount(db, subject.account, { active: operation.do === 'activate' }))
    subject.address = subject.address === 'first-address' ? 'second-address' : 'first-address'
    await changeAccount(db, subject.account, { email: subject.names[subject.address] })
  }

  // The look that a reset takes before it spends anything. Showing the form would count as following the link.
  const isLive = (server: 0 | 1, kind: 'link' | 'grant', token: string) =>
    answerOf(findLiveSecret(ctx(server), { kind, token }, 'reset-password')).then(({ code }) =>
      code === 'done' ? 'live' : code,
    )

  /** Sorts the emails that were sent since the last look into the accounts. */
  async function readMail(server: 0 | 1) {
    const fresh = fixture.mailbox.accepted.slice(seen)
    seen = fixture.mailbox.accepted.length
    for (const subject of subjects) {
      const own = fresh.filter(({ to }) => Object.values(subject.names).includes(to))
      const resets = own.flatMap(({ text }) => {
        const link = LINK.exec(text)?.[1]
        const code = /^(\d{6})$/m.exec(text)?.[1] ?? null
        return link ? [{ link, code, stop: STOP.exec(text)?.[1] ?? '', grant: null }] : []
      })
      // Of two that were sent at the same time, the one that works is the newer one.
      const states = await Promise.all(resets.map(({ link }) => isLive(server, 'link', link)))
      subject.emails.push(
        ...resets.filter((_, at) => states[at] !== 'live'),
        ...resets.filter((_, at) => states[at] === 'live'),
      )
      subject.changed.push(
        ...own.flatMap(({ text }) => (SECURE.exec(text)?.[1] ? [{ secure: SECURE.exec(text)?.[1] ?? '' }] : [])),
      )
    }
  }

  /** Looks at everything that a step can have changed. Spends nothing. */
  async function observe(server: 0 | 1, outcomes: Outcome[]): Promise<Observation> {
    await readMail(server)
    const accounts = subjects.map(async ({ emails, changed }) => ({
      emails: emails.length,
      changed: changed.length,
      links: await Promise.all(emails.map(({ link }) => isLive(server, 'link', link))),
      grants: await Promise.all(emails.map(({ grant }) => (grant ? isLive(server, 'grant', grant) : null))),
    }))
    return { outcomes, accounts: await Promise.all(accounts) }
  }

  return { fixture, subjects, ctx, request, guess, indexOf, run, observe, reset }
}
