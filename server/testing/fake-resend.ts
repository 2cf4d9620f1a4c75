import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  type AcceptedMail,
  type Answer,
  bareAddress,
  createResendAccount,
  type RateLimit,
  type RecordedCall,
  refusal,
  tooManyRequests,
} from './fake-resend-answers'
import { newWebhookSecret, postWebhook, type WebhookDelivery } from './fake-resend-webhook'

export type { AcceptedMail, RateLimit, RecordedCall } from './fake-resend-answers'
export type { WebhookDelivery } from './fake-resend-webhook'

/** What goes wrong with one call. With `accepted`, its mails are accepted first and only the answer is spoilt. */
export type Fault =
  | { kind: 'rate-limit'; retryAfter?: number }
  | { kind: 'quota'; period: 'daily' | 'monthly' }
  | { kind: 'error'; status: number; name?: string; message?: string; accepted?: boolean }
  | { kind: 'html'; status?: number; accepted?: boolean }
  /** No answer until `forMs` are over, `release()`, or the client hangs up: then the call is forgotten. */
  | { kind: 'hang'; forMs?: number; accepted?: boolean }
  | { kind: 'reset'; accepted?: boolean }

export type FakeResendOptions = {
  /** 0, the default, takes any free port. */
  port?: number
  /** Calls a window; unlimited, and without `ratelimit-*` headers, when left out. */
  rateLimit?: RateLimit
  /** The one key that is let in; any key is when left out. */
  apiKey?: string
  /** `whsec_` and base64, as Resend shows it; a random one when left out. */
  webhookSecret?: string
  /** The clock that limits and the 24 hours of an idempotency key go by. */
  now?: () => Date
}

export type FakeResend = Awaited<ReturnType<typeof startFakeResend>>

/**
 * Starts an HTTP server on loopback that behaves like Resend's API, for the real SDK under
 * `RESEND_BASE_URL=<url>`. `accepted` holds each mail Resend would send, once, however often its call is retried.
 */
export async function startFakeResend(options: FakeResendOptions = {}) {
  const { port = 0, now = () => new Date() } = options
  const webhookSecret = options.webhookSecret ?? newWebhookSecret()
  const accepted: AcceptedMail[] = []
  const calls: RecordedCall[] = []
  const faults: Fault[] = []
  const watchers = new Set<() => void>()
  const hung = new Set<() => void>()

  const changed = () => {
    for (const look of [...watchers]) look()
  }
  const account = createResendAccount({
    apiKey: options.apiKey,
    rateLimit: options.rateLimit,
    now,
    onAccepted(mail) {
      accepted.push(mail)
      changed()
    },
  })

  /** Looks now and after every change; nothing is polled. A look that throws fails the wait, not the server. */
  const until = <T>(look: () => T | undefined, timeoutMs: number, missed: () => string) =>
    new Promise<T>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        watchers.delete(attempt)
        finish()
      }
      const attempt = () => {
        try {
          const found = look()
          if (found !== undefined) settle(() => resolve(found))
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const timer = setTimeout(() => settle(() => reject(new Error(missed()))), timeoutMs)
      watchers.add(attempt)
      attempt()
    })

  const mailsTo = (address: string) =>
    accepted.filter((mail) => mail.to.some((recipient) => bareAddress(recipient) === bareAddress(address)))

  /** True once the call may go on, false when its client has gone. */
  const held = (res: ServerResponse, forMs: number | undefined) =>
    new Promise<boolean>((resolve) => {
      const settle = (goOn: boolean) => {
        clearTimeout(timer)
        hung.delete(free)
        res.off('close', gone)
        resolve(goOn)
      }
      const free = () => settle(true)
      const gone = () => settle(false)
      const timer = forMs === undefined ? undefined : setTimeout(free, forMs)
      hung.add(free)
      res.once('close', gone)
      if (res.closed) gone()
    })

  function end(call: RecordedCall, status: RecordedCall['status']) {
    call.status = status
    changed()
  }

  function reply(res: ServerResponse, call: RecordedCall, answer: Answer) {
    end(call, answer.status)
    json(res, answer.status, answer.body, answer.headers)
  }

  async function spoil(fault: Fault, req: IncomingMessage, res: ServerResponse, call: RecordedCall) {
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
        end(call, fault.status ?? 502)
        res.writeHead(fault.status ?? 502, { 'content-type': 'text/html' }).end('<html><h1>Bad gateway</h1></html>')
        return
      case 'hang':
        if (await account.hold(call, held(res, fault.forMs))) reply(res, call, answer ?? account.answer(call))
        else end(call, 'gone')
        return
      case 'reset':
        end(call, 'reset')
        req.socket.resetAndDestroy()
        return
    }
  }

  /** For another process: `GET /_accepted?to=<address>&count=<n>&wait=<ms>` answers once there are that many. */
  async function listAccepted(res: ServerResponse, query: URLSearchParams) {
    const to = query.get('to')
    const list = () => (to === null ? accepted : mailsTo(to))
    const enough = () => (list().length >= Number(query.get('count') ?? 1) ? true : undefined)
    await until(enough, Number(query.get('wait') ?? 0), () => 'too few').catch(() => undefined)
    json(res, 200, list())
  }

  async function handle(req: IncomingMessage, res: ServerResponse) {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://stand-in')
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
    const done = fault ? spoil(fault, req, res, call) : reply(res, call, account.answer(call))
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
    mailsTo,

    /** Queues faults, one for each of the next calls. */
    fail: (next: Fault | Fault[]) => void faults.push(...[next].flat()),

    /** Refuses every mail to this address from now on, as Resend refuses one it cannot create (422). */
    rejectAddress: (address: string, reason = 'Invalid `to` field.') => account.refuse(address, reason),

    /** Lets every hanging call go on to its answer. */
    release() {
      for (const free of [...hung]) free()
    },

    /** The first accepted mail that matches, already here or still to come; rejects after `timeoutMs`. */
    waitForMail: (matches: (mail: AcceptedMail) => boolean, timeoutMs = 5000) => {
      const seen = () => accepted.map(({ to, subject }) => `${to} "${subject}"`).join(', ') || 'none'
      const look = () => accepted.find(matches)
      return until(look, timeoutMs, () => `no such mail in ${timeoutMs} ms; accepted: ${seen()}`)
    },

    /** Resolves with the calls that match, hanging and failed ones among them, once there are `count` of them. */
    waitForCalls: (count: number, matches: (call: RecordedCall) => boolean = () => true, timeoutMs = 5000) => {
      const found = () => calls.filter(matches)
      const look = () => (found().length >= count ? found() : undefined)
      return until(look, timeoutMs, () => `${found().length} of ${count} such calls came in ${timeoutMs} ms`)
    },

    /** Posts a signed event to our own endpoint, as Resend would; see `postWebhook`. */
    postWebhook: (url: string, event: object | string, delivery?: WebhookDelivery) =>
      postWebhook(webhookSecret, url, event, delivery),

    /** Ends every connection, hanging ones too. */
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
