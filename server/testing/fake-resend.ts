import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  type AcceptedEmail,
  type Answer,
  bareAddress,
  createResendAccount,
  type RateLimit,
  type RecordedCall,
  refusal,
  tooManyRequests,
} from './fake-resend-answers'
import { newWebhookSecret, postWebhook, type WebhookDelivery } from './fake-resend-webhook'

export type { AcceptedEmail, RateLimit, RecordedCall } from './fake-resend-answers'
export type { WebhookDelivery } from './fake-resend-webhook'

/** A fault of one call. With `accepted`, its emails are accepted first, and only the answer is affected. */
export type Fault =
  | { kind: 'rate-limit'; retryAfter?: number }
  | { kind: 'quota'; period: 'daily' | 'monthly' }
  | { kind: 'error'; status: number; name?: string; message?: string; accepted?: boolean }
  | { kind: 'html'; status?: number; accepted?: boolean }
  /** No answer for `forMs`, or until `release()`. When the client hangs up first, the call is dropped. */
  | { kind: 'hang'; forMs?: number; accepted?: boolean }
  | { kind: 'reset'; accepted?: boolean }

export type FakeResendOptions = {
  /** Default: 0, any free port. */
  port?: number
  /** Calls per window. Without it there is no limit, and there are no `ratelimit-*` headers. */
  rateLimit?: RateLimit
  /** The only key that is accepted. Without it, any key is accepted. */
  apiKey?: string
  /** `whsec_` and base64, as Resend shows it. Default: random. */
  webhookSecret?: string
  /** The clock for rate limits and for the 24 hours that an idempotency key is remembered. */
  now?: () => Date
}

export type FakeResend = Awaited<ReturnType<typeof startFakeResend>>

/**
 * Starts an HTTP server on loopback that behaves like Resend's API. The real SDK uses it with `RESEND_BASE_URL=<url>`.
 * `accepted` holds each email that Resend would send, once, however often its call is retried.
 */
export async function startFakeResend(options: FakeResendOptions = {}) {
  const { port = 0, now = () => new Date() } = options
  const webhookSecret = options.webhookSecret ?? newWebhookSecret()
  const accepted: AcceptedEmail[] = []
  const calls: RecordedCall[] = []
  const faults: Fault[] = []
  const waiting = new Set<() => void>()
  const hung = new Set<() => void>()

  const changed = () => {
    for (const check of [...waiting]) check()
  }
  const account = createResendAccount({
    apiKey: options.apiKey,
    rateLimit: options.rateLimit,
    now,
    onAccepted(email) {
      accepted.push(email)
      changed()
    },
  })

  /** Evaluates `find` now and after every change, without polling. If it throws, the wait fails, not the server. */
  const until = <T>(find: () => T | undefined, timeoutMs: number, describeTimeout: () => string) =>
    new Promise<T>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        waiting.delete(attempt)
        finish()
      }
      const attempt = () => {
        try {
          const found = find()
          if (found !== undefined) settle(() => resolve(found))
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const timer = setTimeout(() => settle(() => reject(new Error(describeTimeout()))), timeoutMs)
      waiting.add(attempt)
      attempt()
    })

  const emailsTo = (address: string) =>
    accepted.filter((email) => email.to.some((recipient) => bareAddress(recipient) === bareAddress(address)))

  /** Resolves to true when the call may continue, to false when its client has hung up. */
  const held = (res: ServerResponse, forMs: number | undefined) =>
    new Promise<boolean>((resolve) => {
      const settle = (mayContinue: boolean) => {
        clearTimeout(timer)
        hung.delete(free)
        res.off('close', gone)
        resolve(mayContinue)
      }
      const free = () => settle(true)
      const gone = () => settle(false)
      const timer = forMs === undefined ? undefined : setTimeout(free, forMs)
      hung.add(free)
      res.once('close', gone)
      if (res.closed) gone()
    })

  function finish(call: RecordedCall, status: RecordedCall['status']) {
    call.status = status
    changed()
  }

  function reply(res: ServerResponse, call: RecordedCall, answer: Answer) {
    finish(call, answer.status)
    json(res, answer.status, answer.body, answer.headers)
  }

  async function applyFault(fault: Fault, req: IncomingMessage, res: ServerResponse, call: RecordedCall) {
    const answer = 'accepted' in fault && fault.accepted ? account.answer(call) : undefined
    switch (fault.kind) {
      case 'rate-limit':
        return reply(res, call, tooManyRequests(fault.retryAfter ?? 1))
      case 'quota':
        return reply(
          res,
          call,
          refusal(429, `${fault.period}_quota_exceeded`, `You have reached your ${fault.period} email sending quota.`),
        )
      case 'error': {
        const { status, name = 'application_error', message = 'An unexpected error occurred.' } = fault
        return reply(res, call, refusal(status, name, message))
      }
      case 'html':
        finish(call, fault.status ?? 502)
        res.writeHead(fault.status ?? 502, { 'content-type': 'text/html' }).end('<html><h1>Bad gateway</h1></html>')
        return
      case 'hang':
        if (await account.hold(call, held(res, fault.forMs))) reply(res, call, answer ?? account.answer(call))
        else finish(call, 'gone')
        return
      case 'reset':
        finish(call, 'reset')
        req.socket.resetAndDestroy()
        return
    }
  }

  /** For other processes: `GET /_accepted?to=<address>&count=<n>&wait=<ms>` answers when there are that many. */
  async function listAccepted(res: ServerResponse, query: URLSearchParams) {
    const to = query.get('to')
    const list = () => (to === null ? accepted : emailsTo(to))
    const enough = () => (list().length >= Number(query.get('count') ?? 1) ? true : undefined)
    await until(enough, Number(query.get('wait') ?? 0), () => 'too few').catch(() => undefined)
    json(res, 200, list())
  }

  async function handle(req: IncomingMessage, res: ServerResponse) {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    if (pathname === '/_accepted') return listAccepted(res, searchParams)

    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    const call: RecordedCall = {
      at: now(),
      method: req.method ?? '',
      path: pathname,
      headers,
      body: Buffer.concat(chunks).toString(),
      key: headers['idempotency-key'],
      status: undefined,
    }
    calls.push(call)
    const fault = faults.shift()
    const done = fault ? applyFault(fault, req, res, call) : reply(res, call, account.answer(call))
    changed()
    await done
  }

  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webhookSecret,
    accepted,
    calls,
    emailsTo,

    /** Queues faults: one for each of the next calls. */
    fail: (next: Fault | Fault[]) => void faults.push(...[next].flat()),

    /** Refuses every email to this address from now on, with the 422 that Resend answers to an invalid email. */
    rejectAddress: (address: string, reason = 'Invalid `to` field.') => account.refuse(address, reason),

    /** Answers every hanging call. */
    release() {
      for (const free of [...hung]) free()
    },

    /** Resolves with the first accepted email that matches, now or later; rejects after `timeoutMs`. */
    waitForEmail: (matches: (email: AcceptedEmail) => boolean, timeoutMs = 30_000) => {
      const list = () => accepted.map(({ to, subject }) => `${to} "${subject}"`).join(', ') || 'none'
      const find = () => accepted.find(matches)
      return until(find, timeoutMs, () => `no such email in ${timeoutMs} ms; accepted: ${list()}`)
    },

    /** Resolves with the matching calls, including hanging and failed ones, when there are `count` of them. */
    waitForCalls: (count: number, matches: (call: RecordedCall) => boolean = () => true, timeoutMs = 30_000) => {
      const matching = () => calls.filter(matches)
      const find = () => (matching().length >= count ? matching() : undefined)
      return until(find, timeoutMs, () => `${matching().length} of ${count} such calls arrived in ${timeoutMs} ms`)
    },

    /** Posts a signed event to a webhook endpoint, as Resend does. See `postWebhook`. */
    postWebhook: (url: string, event: object | string, delivery?: WebhookDelivery) =>
      postWebhook(webhookSecret, url, event, delivery),

    /** Stops the server and closes every connection, including hanging ones. */
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))
}

if (basename(process.argv[1] ?? '') === basename(fileURLToPath(import.meta.url))) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
  const resend = await startFakeResend({ port: Number(values.port) })
  console.log(resend.url)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void resend.close())
}
