import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Resend } from 'resend'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type FakeResendOptions, type Fault, startFakeResend } from './fake-resend'

const mail = (to: string, subject = 'Reset your password') => ({
  from: 'Latchkey <accounts@example.com>',
  to,
  subject,
  html: '<p>Hello</p>',
  text: 'Hello',
  headers: { 'Auto-Submitted': 'auto-generated' },
})

/** A stand-in and the real SDK, which finds it by its environment alone. */
async function start(options?: FakeResendOptions, key = 're_test') {
  const resend = await startFakeResend(options)
  onTestFinished(() => resend.close())
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  return { resend, sdk: new Resend(key) }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('sending', () => {
  it('accepts one mail and shows what was sent', async () => {
    const { resend, sdk } = await start()
    const { data, error } = await sdk.emails.send(mail('Ada <ada@example.com>'), { idempotencyKey: 'reset/1' })
    expect(error).toBeNull()
    expect(resend.accepted).toEqual([
      { ...mail(''), to: ['Ada <ada@example.com>'], id: data?.id, at: expect.any(Date), key: 'reset/1' },
    ])
    expect(resend.mailsTo('ADA@example.com')).toEqual(resend.accepted)
    expect(resend.calls).toMatchObject([{ method: 'POST', path: '/emails', key: 'reset/1', status: 200 }])
  })

  it('accepts a batch of 100 and answers their ids in order, but not 101', async () => {
    const { resend, sdk } = await start()
    const mails = Array.from({ length: 101 }, (_, n) => mail(`user${n}@example.com`))
    const { data } = await sdk.batch.send(mails.slice(0, 100))
    expect(data?.data.map(({ id }) => id)).toEqual(resend.accepted.map(({ id }) => id))
    expect(resend.accepted.map(({ to }) => to[0])).toEqual(mails.slice(0, 100).map(({ to }) => to))
    expect((await sdk.batch.send(mails)).error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect(resend.accepted).toHaveLength(100)
  })

  it.each([
    ['a wrong key', 're_other', { statusCode: 403, name: 'invalid_api_key' }],
    ['no key', ' ', { statusCode: 401, name: 'missing_api_key' }],
  ])('refuses %s', async (_, key, expected) => {
    const { resend, sdk } = await start({ apiKey: 're_right' }, key)
    expect((await sdk.emails.send(mail('ada@example.com'))).error).toMatchObject(expected)
    expect(resend.accepted).toEqual([])
  })

  it('does not know other endpoints and methods', async () => {
    const { sdk } = await start()
    expect((await sdk.domains.list()).error).toMatchObject({ statusCode: 404, name: 'not_found' })
    expect((await sdk.emails.list()).error).toMatchObject({ statusCode: 405, name: 'method_not_allowed' })
  })
})

describe('validation', () => {
  it.each([
    ['no subject', { ...mail('ada@example.com'), subject: '' }, 'missing_required_field'],
    ['no recipient', { ...mail('ada@example.com'), to: [] }, 'missing_required_field'],
    ['no body', { ...mail('ada@example.com'), html: '', text: '' }, 'validation_error'],
    ['two addresses in one', mail('ada@example.com,eve@example.com'), 'validation_error'],
    ['a line break in an address', mail('ada@example.com\r\nBcc: eve@example.com'), 'validation_error'],
    ['a sender without address', { ...mail('ada@example.com'), from: 'Latchkey' }, 'invalid_from_address'],
  ])('refuses a mail with %s', async (_, wrong, name) => {
    const { resend, sdk } = await start()
    const { error } = await sdk.emails.send(wrong)
    expect(error).toMatchObject({ statusCode: 422, name, message: expect.any(String) })
    expect(resend.accepted).toEqual([])
  })

  it('refuses a rejected address for good, and a whole strict batch with it', async () => {
    const { resend, sdk } = await start()
    resend.rejectAddress('Bad@example.com', 'This address is no good.')
    const refused = { statusCode: 422, name: 'validation_error', message: 'This address is no good.' }
    expect((await sdk.emails.send(mail('Bad One <bad@example.com>'))).error).toEqual(refused)
    expect((await sdk.batch.send([mail('ada@example.com'), mail('bad@example.com')])).error).toEqual(refused)
    expect(resend.accepted).toEqual([])
  })

  it('sends the rest of a permissive batch and gives the index and reason of each refused mail', async () => {
    const { resend, sdk } = await start()
    resend.rejectAddress('bad@example.com')
    const { data } = await sdk.batch.send(
      ['ada', 'bad', 'eve'].map((name) => mail(`${name}@example.com`)),
      {
        batchValidation: 'permissive',
      },
    )
    expect(data?.errors).toEqual([{ index: 1, message: 'Invalid `to` field.' }])
    expect(data?.data).toEqual(resend.accepted.map(({ id }) => ({ id })))
    expect(resend.accepted.map(({ to }) => to[0])).toEqual(['ada@example.com', 'eve@example.com'])
  })
})

describe('idempotency keys', () => {
  const batch = [mail('ada@example.com'), mail('eve@example.com')]

  it('gives a retry of the same bytes the same answer and sends nothing more', async () => {
    const { resend, sdk } = await start()
    const first = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    const second = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(second.data).toEqual(first.data)
    expect(resend.accepted).toHaveLength(2)
    expect(resend.calls[1]?.body).toBe(resend.calls[0]?.body)
  })

  it('sends twice without a key', async () => {
    const { resend, sdk } = await start()
    await sdk.emails.send(mail('ada@example.com'))
    await sdk.emails.send(mail('ada@example.com'))
    expect(resend.mailsTo('ada@example.com')).toHaveLength(2)
  })

  it('refuses another body under a used key', async () => {
    const { resend, sdk } = await start()
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    const { error } = await sdk.batch.send([...batch].reverse(), { idempotencyKey: 'batch/1' })
    expect(error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
    expect(resend.accepted).toHaveLength(2)
  })

  it('refuses a key while its first call is under way', async () => {
    const { resend, sdk } = await start()
    resend.fail({ kind: 'hang' })
    const first = sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    await resend.waitForCalls(1)
    const { error } = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(error).toMatchObject({ statusCode: 409, name: 'concurrent_idempotent_requests' })
    resend.release()
    expect((await first).data?.data).toHaveLength(2)
    expect(resend.accepted).toHaveLength(2)
  })

  it('lets a refused call be tried again under its key', async () => {
    const { resend, sdk } = await start()
    await sdk.emails.send(mail('nobody'), { idempotencyKey: 'reset/1' })
    const { error } = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
  })

  it('forgets a key after 24 hours', async () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const { resend, sdk } = await start({ now: () => now })
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    now = new Date('2030-01-01T23:59:59Z')
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(resend.accepted).toHaveLength(2)
    now = new Date('2030-01-02T00:00:00Z')
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(resend.accepted).toHaveLength(4)
  })

  it('refuses a key of more than 256 characters', async () => {
    const { sdk } = await start()
    const { error } = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'k'.repeat(257) })
    expect(error).toMatchObject({ statusCode: 400, name: 'invalid_idempotency_key' })
  })
})

describe('the rate limit', () => {
  it('counts down in the headers, refuses the call over it, and opens again with the next window', async () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const { resend, sdk } = await start({ rateLimit: { calls: 2, perMs: 1000 }, now: () => now })
    const first = await sdk.emails.send(mail('ada@example.com'))
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-policy': '2;w=1',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '1',
    })
    expect(first.headers).not.toHaveProperty('retry-after')
    await sdk.emails.send(mail('ada@example.com'))
    const over = await sdk.emails.send(mail('ada@example.com'))
    expect(over.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
    expect(over.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': '1' })
    expect(resend.accepted).toHaveLength(2)
    now = new Date('2030-01-01T00:00:01Z')
    expect((await sdk.emails.send(mail('ada@example.com'))).error).toBeNull()
  })
})

describe('faults', () => {
  const unreachable = { statusCode: null, name: 'application_error' }

  it.each<[string, Fault, object, object | null]>([
    [
      '429',
      { kind: 'rate-limit', retryAfter: 7 },
      { statusCode: 429, name: 'rate_limit_exceeded' },
      { 'retry-after': '7' },
    ],
    ['a daily quota', { kind: 'quota', period: 'daily' }, { statusCode: 429, name: 'daily_quota_exceeded' }, {}],
    ['a monthly quota', { kind: 'quota', period: 'monthly' }, { statusCode: 429, name: 'monthly_quota_exceeded' }, {}],
    ['500', { kind: 'error', status: 500 }, { statusCode: 500, name: 'application_error' }, {}],
    ['503', { kind: 'error', status: 503, message: 'Down.' }, { statusCode: 503, message: 'Down.' }, {}],
    [
      'HTML under 502',
      { kind: 'html' },
      { statusCode: 502, name: 'application_error' },
      { 'content-type': 'text/html' },
    ],
    ['HTML under 200', { kind: 'html', status: 200 }, unreachable, null],
    ['a reset', { kind: 'reset' }, unreachable, null],
  ])('shows %s to one call, which accepts nothing, and serves the next', async (_, fault, error, headers) => {
    const { resend, sdk } = await start()
    resend.fail(fault)
    const failed = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(failed.error).toMatchObject(error)
    if (headers === null) expect(failed.headers).toBeNull()
    else expect(failed.headers).toMatchObject(headers)
    expect(resend.accepted).toEqual([])
    const retried = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(retried.error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
    expect(resend.calls).toHaveLength(2)
  })

  it.each<Fault>([
    { kind: 'reset', accepted: true },
    { kind: 'error', status: 500, accepted: true },
    { kind: 'html', accepted: true },
  ])('accepts, then spoils the answer, and gives the retry the first ids: %o', async (fault) => {
    const { resend, sdk } = await start()
    resend.fail(fault)
    const failed = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(failed.data).toBeNull()
    const retried = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(resend.accepted.map(({ id }) => id)).toEqual([retried.data?.id])
  })

  it('takes the faults of a list in their order, one a call', async () => {
    const { resend, sdk } = await start()
    resend.fail([{ kind: 'error', status: 500 }, { kind: 'reset' }])
    for (const _ of [1, 2, 3]) await sdk.emails.send(mail('ada@example.com'))
    expect(resend.calls.map(({ status }) => status)).toEqual([500, 'reset', 200])
  })

  it.each([
    [false, 0],
    [true, 1],
  ])('hangs until the client gives up (accepted: %s), and the retry is sent once', async (accepted, sent) => {
    const { resend, sdk } = await start()
    resend.fail({ kind: 'hang', accepted })
    const patience = new AbortController()
    const options = { idempotencyKey: 'reset/1', signal: patience.signal }
    const failed = sdk.emails.send(mail('ada@example.com'), options)
    await resend.waitForCalls(1)
    patience.abort()
    expect((await failed).error).toMatchObject(unreachable)
    expect(resend.accepted).toHaveLength(sent)
    await resend.waitForCalls(1, ({ status }) => status === 'gone')
    const retried = await sdk.emails.send(mail('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(resend.accepted.map(({ id }) => id)).toEqual([retried.data?.id])
  })

  it('hangs for a while and then answers', async () => {
    const { resend, sdk } = await start()
    resend.fail({ kind: 'hang', forMs: 30 })
    expect((await sdk.emails.send(mail('ada@example.com'))).error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
  })

  it('ends hanging calls when it closes', async () => {
    const { resend, sdk } = await start()
    resend.fail({ kind: 'hang' })
    const failed = sdk.emails.send(mail('ada@example.com'))
    await resend.waitForCalls(1)
    await resend.close()
    expect((await failed).error).toMatchObject(unreachable)
    expect(resend.accepted).toEqual([])
  })
})

describe('waiting', () => {
  it('resolves with a mail that is here and with one still to come', async () => {
    const { resend, sdk } = await start()
    const coming = resend.waitForMail(({ subject }) => subject === 'Second')
    await sdk.batch.send([mail('ada@example.com', 'First'), mail('eve@example.com', 'Second')])
    expect((await coming).to).toEqual(['eve@example.com'])
    expect((await resend.waitForMail(({ subject }) => subject === 'First')).to).toEqual(['ada@example.com'])
  })

  it('fails the wait, not the call, when its condition throws', async () => {
    const { resend, sdk } = await start()
    const slip = () => {
      throw new Error('a slip')
    }
    const failed = expect(resend.waitForMail(slip)).rejects.toThrow('a slip')
    expect((await sdk.emails.send(mail('ada@example.com'))).error).toBeNull()
    await failed
  })

  it('names what did come when the mail does not', async () => {
    const { resend, sdk } = await start()
    await sdk.emails.send(mail('ada@example.com', 'First'))
    await expect(resend.waitForMail(() => false, 5)).rejects.toThrow('accepted: ada@example.com "First"')
    await expect(resend.waitForCalls(2, undefined, 5)).rejects.toThrow('1 of 2 such calls')
  })
})

describe('webhooks', () => {
  const event = { type: 'email.bounced', created_at: '2030-01-01T00:00:00.000Z', data: { email_id: 'an id' } }

  /** An endpoint that verifies the raw body with the real SDK and answers 200 or 400. */
  async function startEndpoint(secret: string, sdk: Resend) {
    const ids: unknown[] = []
    const endpoint = createServer(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk)
      const header = (name: string) => String(req.headers[name] ?? '')
      ids.push(req.headers['svix-id'])
      try {
        const verified = sdk.webhooks.verify({
          payload: Buffer.concat(chunks).toString(),
          headers: { id: header('svix-id'), timestamp: header('svix-timestamp'), signature: header('svix-signature') },
          webhookSecret: secret,
        })
        res.end(JSON.stringify(verified))
      } catch (error) {
        res.writeHead(400).end(String(error))
      }
    })
    await once(endpoint.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void endpoint.close())
    return { url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`, ids }
  }

  it('signs an event so that the real SDK accepts it, again under the same id', async () => {
    const { resend, sdk } = await start()
    const { url, ids } = await startEndpoint(resend.webhookSecret, sdk)
    expect(await (await resend.postWebhook(url, event, { id: 'msg_1' })).json()).toEqual(event)
    expect((await resend.postWebhook(url, JSON.stringify(event, null, 2), { id: 'msg_1' })).status).toBe(200)
    expect(ids).toEqual(['msg_1', 'msg_1'])
  })

  it.each([
    ['a changed body', { tamper: 'body' } as const, 'No matching signature'],
    ["another secret's signature", { tamper: 'signature' } as const, 'No matching signature'],
    ['no signature', { tamper: 'unsigned' } as const, 'Missing required headers'],
    ['an old timestamp', { at: new Date(Date.now() - 6 * 60_000) }, 'too old'],
    ['a timestamp to come', { at: new Date(Date.now() + 6 * 60_000) }, 'too new'],
  ])('delivers %s, which the real SDK refuses', async (_, delivery, reason) => {
    const { resend, sdk } = await start()
    const { url } = await startEndpoint(resend.webhookSecret, sdk)
    const response = await resend.postWebhook(url, event, delivery)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(reason)
  })
})

describe('as a process of its own', () => {
  it('prints its url, serves the SDK, and lists accepted mails once they have come', { timeout: 20_000 }, async () => {
    const file = fileURLToPath(new URL('./fake-resend.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', file, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string]

    const waiting = fetch(`${url}/_accepted?to=eve@example.com&count=2&wait=10000`)
    const sdk = new Resend('re_test', { baseUrl: url })
    await sdk.batch.send([mail('ada@example.com'), mail('eve@example.com', 'First')])
    await sdk.emails.send(mail('eve@example.com', 'Second'))
    expect(await (await waiting).json()).toMatchObject([{ subject: 'First' }, { subject: 'Second' }])
    expect(await (await fetch(`${url}/_accepted`)).json()).toHaveLength(3)

    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
})
