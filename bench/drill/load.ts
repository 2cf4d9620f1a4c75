import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeIn, tokenIn } from '@/server/testing/emails'
import type { AcceptedEmail } from '@/server/testing/fake-resend'
import { addressOf } from '@/server/testing/numbered-accounts'
import type { Topology } from './topology'

/** What a call asks for: an email, a wrong code, the right code, a new password. */
export type Kind = 'request' | 'wrong code' | 'code' | 'reset'

/** A call to a server and its answer. Times are in milliseconds of this process. */
export interface Call {
  kind: Kind
  /** The email address of the account. */
  account: string
  sentAt: number
  endedAt: number
  /** The HTTP status, or the code of the error that ended the connection, for example `ECONNRESET`. */
  status: number | string
  retryAfter: string | undefined
  /** The reason that the server gives for an error. */
  reason: string | undefined
  requestId: string | undefined
  /** The new password of a reset. */
  password?: string
}

const REQUESTS_PER_SECOND = 40
const WRONG_CODES_PER_SECOND = 10
const RESETS_PER_SECOND = 4
/** Accounts from here on are used for wrong codes, and get no emails. */
export const FIRST_OF_WRONG_CODES = 10_000
/** No call waits longer for an answer. */
const CALL_TIMEOUT_MS = 60_000

/**
 * Sends calls at a steady rate, whether or not earlier ones were answered, as people do. Each request and each wrong code
 * is for another account. Of the emails that arrive, some are used for a reset: by link, or by code. A reset that is
 * answered with 503 is tried again until it is done.
 */
export function startLoad({ servers, resend }: Pick<Topology, 'servers' | 'resend'>) {
  const calls: Call[] = []
  const agent = new Agent({ keepAlive: false })
  const pending = new Set<Promise<unknown> | undefined>()
  let failure: unknown
  const timers: NodeJS.Timeout[] = []
  let running = true
  let turn = 0

  async function call(kind: Kind, account: string, input: object, cookie?: string) {
    const sentAt = performance.now()
    const procedure = { request: 'request', 'wrong code': 'verifyCode', code: 'verifyCode', reset: 'resetPassword' }[
      kind
    ]
    const server = servers[turn++ % servers.length] as string
    const { answer, cookies } = await post(`${server}/api/trpc/recovery.${procedure}`, agent, input, cookie)
    const password = 'password' in input ? { password: String(input.password) } : {}
    const done: Call = { kind, account, sentAt, endedAt: performance.now(), ...answer, ...password }
    calls.push(done)
    return { done, cookies }
  }

  /** Repeats a call while the server says that it is busy. Undefined when the load has ended before. */
  async function repeat(...given: Parameters<typeof call>) {
    for (;;) {
      const { done, cookies } = await call(...given)
      if (done.status !== 503) return done.status === 200 ? cookies : undefined
      if (!running) return undefined
      await sleep(1000 * Number(done.retryAfter ?? 1))
    }
  }

  let resets = 0
  async function reset(email: AcceptedEmail) {
    const account = email.to[0] as string
    const n = resets++
    const password = `walnut bicycle ${n} north lantern ${n * 7}`
    const input = { password, confirmPassword: password }
    if (n % 2 === 0) return repeat('reset', account, { token: tokenIn(email), ...input })
    const cookies = await repeat('code', account, { account, code: codeIn(email) })
    if (cookies) await repeat('reset', account, input, cookies)
  }

  const every = (perSecond: number, work: () => Promise<unknown> | undefined) => {
    const timer = setInterval(() => {
      const done = work()
        ?.catch((error) => {
          failure ??= error
        })
        .finally(() => pending.delete(done))
      pending.add(done)
    }, 1000 / perSecond)
    timers.push(timer)
  }
  let requests = 0
  let wrongCodes = 0
  let read = 0
  const nextReset = () => {
    const email = resend.accepted.findLast(({ subject }, at) => at >= read && !/changed/.test(subject))
    read = resend.accepted.length
    return email && reset(email)
  }
  every(REQUESTS_PER_SECOND, () => {
    const account = addressOf(requests++)
    return call('request', account, { account })
  })
  every(WRONG_CODES_PER_SECOND, () => {
    const account = addressOf(FIRST_OF_WRONG_CODES + wrongCodes++)
    return call('wrong code', account, { account, code: '000000' })
  })
  every(RESETS_PER_SECOND, nextReset)

  return {
    calls,
    /** Ends the load. Resolves when every call is answered. Rejects if one could not be made. */
    async stop() {
      running = false
      for (const timer of timers) clearInterval(timer)
      await Promise.all(pending)
      agent.destroy()
      if (failure) throw failure
    },
  }
}

type Answer = Pick<Call, 'status' | 'retryAfter' | 'reason' | 'requestId'>

/** Posts JSON on a connection of its own. Resolves also if there is no answer. */
function post(url: string, agent: Agent, input: object, cookie?: string) {
  return new Promise<{ answer: Answer; cookies: string }>((resolve) => {
    const body = JSON.stringify(input)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(cookie && { cookie }),
    }
    const fail = (error: NodeJS.ErrnoException) => {
      const status = error.code ?? error.message
      resolve({ answer: { status, retryAfter: undefined, reason: undefined, requestId: undefined }, cookies: '' })
    }
    const outgoing = request(url, { agent, method: 'POST', headers, timeout: CALL_TIMEOUT_MS }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      incoming.on('error', fail).on('end', () => {
        const { 'retry-after': retryAfter, 'x-request-id': requestId, 'set-cookie': set = [] } = incoming.headers
        const cookies = set.map((line) => line.split(';')[0]).join('; ')
        const status = incoming.statusCode ?? 0
        resolve({ answer: { status, retryAfter, reason: reasonIn(text), requestId: String(requestId) }, cookies })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('no answer'), { code: 'no answer' })))
    outgoing.on('error', fail).end(body)
  })
}

function reasonIn(text: string): string | undefined {
  try {
    return JSON.parse(text).error?.data?.reason
  } catch {
    return 'not JSON'
  }
}
