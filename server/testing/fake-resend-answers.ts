import { randomUUID } from 'node:crypto'

/**
 * What Resend answers to a call, apart from HTTP. Sources: resend.com/docs/api-reference/errors and /rate-limit,
 * resend.com/docs/dashboard/emails/idempotency-keys and /batch-validation-modes.
 */

export type RecordedCall = {
  at: Date
  method: string
  path: string
  headers: Record<string, string>
  /** The raw body, so that a test can compare retries byte for byte. */
  body: string
  /** The idempotency key. */
  key: string | undefined
  /** The status of the answer; `reset` by the fake, `gone` when the client hung up first, undefined while it hangs. */
  status: number | 'reset' | 'gone' | undefined
}

export type AcceptedEmail = {
  id: string
  at: Date
  to: string[]
  from: string
  subject: string
  html: string | undefined
  text: string | undefined
  headers: Record<string, string>
  key: string | undefined
}

export type Answer = { status: number; headers: Record<string, string>; body: unknown }

export type RateLimit = { calls: number; perMs: number }

type WireEmail = Partial<Omit<AcceptedEmail, 'to'>> & { to?: string | string[] }
type Flaw = { name: string; message: string }

const DAY_MS = 24 * 60 * 60 * 1000
const MAX_BATCH = 100
const ADDRESS = /^[^\s@<>]+@[^\s@<>.]+\.[^\s@<>]+$/

/** The address without its name, in lower case: `Ada <Ada@example.com>` becomes `ada@example.com`. */
export const bareAddress = (recipient: string) =>
  (/<([^<>]*)>$/.exec(recipient.trim())?.[1] ?? recipient).trim().toLowerCase()

/** An error in Resend's shape: `{ statusCode, name, message }`. */
export const refusal = (status: number, name: string, message: string): Answer => ({
  status,
  headers: {},
  body: { statusCode: status, name, message },
})

export const tooManyRequests = (retryAfter: number): Answer => ({
  ...refusal(429, 'rate_limit_exceeded', 'Too many requests. See rate limit response headers for more information.'),
  headers: { 'retry-after': String(retryAfter) },
})

/**
 * One Resend account: its key, limit, remembered idempotency keys and refused addresses.
 * `answer` is synchronous, so that two calls never interleave. It passes every accepted email to `onAccepted`.
 */
export function createResendAccount(options: {
  apiKey: string | undefined
  rateLimit: RateLimit | undefined
  now: () => Date
  onAccepted: (email: AcceptedEmail) => void
}) {
  const { apiKey, rateLimit, now, onAccepted } = options
  const refused = new Map<string, string>()
  const remembered = new Map<string, { at: number; payload: string; answer: Answer }>()
  const inProgress = new Set<string>()
  let window = { endsAt: 0, calls: 0 }

  function findFlaw(email: WireEmail): Flaw | undefined {
    const to = [email?.to ?? []].flat().map(String)
    const missing = !email?.from ? 'from' : to.length === 0 ? 'to' : !email.subject ? 'subject' : undefined
    if (missing) return { name: 'missing_required_field', message: `Missing \`${missing}\` field.` }
    if (!email.html && !email.text) return { name: 'validation_error', message: 'Missing `html` or `text` field.' }
    const format = 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.'
    for (const [field, addresses] of [
      ['from', [String(email.from)]],
      ['to', to],
    ] as const) {
      const name = field === 'from' ? 'invalid_from_address' : 'validation_error'
      if (!addresses.every((address) => ADDRESS.test(bareAddress(address)) && !/[\r\n]/.test(address)))
        return { name, message: `Invalid \`${field}\` field. ${format}` }
    }
    const message = to.map((address) => refused.get(bareAddress(address))).find((reason) => reason !== undefined)
    return message === undefined ? undefined : { name: 'validation_error', message }
  }

  function accept(email: WireEmail, key: string | undefined) {
    const { from = '', subject = '', html, text, headers = {} } = email
    const id = randomUUID()
    onAccepted({ id, at: now(), to: [email.to ?? []].flat(), from, subject, html, text, headers, key })
    return { id }
  }

  function send(call: RecordedCall): Answer {
    let payload: unknown
    try {
      payload = JSON.parse(call.body)
    } catch {
      return refusal(400, 'validation_error', 'The request body is not valid JSON.')
    }
    const batch = call.path === '/emails/batch'
    const emails = (batch ? payload : [payload]) as WireEmail[]
    if (!Array.isArray(emails) || emails.length === 0 || emails.length > MAX_BATCH)
      return refusal(422, 'validation_error', `A batch is an array of 1 to ${MAX_BATCH} emails.`)

    const flaws = emails.map(findFlaw)
    const permissive = batch && call.headers['x-batch-validation'] === 'permissive'
    const first = flaws.find((flaw) => flaw !== undefined)
    if (first && !permissive) return refusal(422, first.name, first.message)

    const data = emails.filter((_, index) => !flaws[index]).map((email) => accept(email, call.key))
    const errors = flaws.flatMap((flaw, index) => (flaw ? [{ index, message: flaw.message }] : []))
    return { status: 200, headers: {}, body: !batch ? data[0] : permissive ? { data, errors } : { data } }
  }

  function sendOnce(call: RecordedCall): Answer {
    const { key } = call
    if (key === undefined) return send(call)
    if (key.length < 1 || key.length > 256)
      return refusal(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.')
    if (inProgress.has(key))
      return refusal(
        409,
        'concurrent_idempotent_requests',
        'Same idempotency key used while original request is still in progress.',
      )
    const payload = `${call.path} ${call.headers['x-batch-validation']} ${call.body}`
    const earlier = remembered.get(key)
    if (earlier && now().getTime() - earlier.at < DAY_MS)
      return earlier.payload === payload
        ? earlier.answer
        : refusal(409, 'invalid_idempotent_request', 'Same idempotency key used with a different request payload.')
    const answer = send(call)
    // Only accepted calls are remembered: a refused call may be corrected and sent again with its key.
    if (answer.status === 200) remembered.set(key, { at: now().getTime(), payload, answer })
    return answer
  }

  function countCall(limit: RateLimit) {
    const at = now().getTime()
    if (at >= window.endsAt) window = { endsAt: at + limit.perMs, calls: 0 }
    window.calls += 1
    const secondsLeft = Math.ceil((window.endsAt - at) / 1000)
    const headers = {
      'ratelimit-limit': String(limit.calls),
      'ratelimit-policy': `${limit.calls};w=${Math.ceil(limit.perMs / 1000)}`,
      'ratelimit-remaining': String(Math.max(0, limit.calls - window.calls)),
      'ratelimit-reset': String(secondsLeft),
    }
    return { over: window.calls > limit.calls, headers, secondsLeft }
  }

  function admit(call: RecordedCall): Answer {
    if (call.path !== '/emails' && call.path !== '/emails/batch')
      return refusal(404, 'not_found', 'The requested endpoint does not exist.')
    if (call.method !== 'POST')
      return refusal(405, 'method_not_allowed', 'Method is not allowed for the requested path.')
    const bearer = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1]
    if (!bearer) return refusal(401, 'missing_api_key', 'Missing API key in the authorization header.')
    if (apiKey !== undefined && bearer !== apiKey) return refusal(403, 'invalid_api_key', 'API key is invalid.')
    return sendOnce(call)
  }

  return {
    answer(call: RecordedCall): Answer {
      if (!rateLimit) return admit(call)
      const { over, headers, secondsLeft } = countCall(rateLimit)
      const answer = over ? tooManyRequests(secondsLeft) : admit(call)
      return { ...answer, headers: { ...headers, ...answer.headers } }
    },

    /** Marks a call's key as in progress until `wait` settles; another call with the key is refused meanwhile. */
    async hold<T>(call: RecordedCall, wait: Promise<T>): Promise<T> {
      if (call.key !== undefined) inProgress.add(call.key)
      try {
        return await wait
      } finally {
        if (call.key !== undefined) inProgress.delete(call.key)
      }
    },

    refuse: (address: string, reason: string) => void refused.set(bareAddress(address), reason),
  }
}
