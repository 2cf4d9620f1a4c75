import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createClock } from '@/server/testing/clock'
import { type FakeResendOptions, startFakeResend } from '@/server/testing/fake-resend'
import { createResendTransport } from './resend'

afterEach(() => {
  vi.unstubAllEnvs()
})

const emailTo = (to: string) => ({
  id: randomUUID(),
  to,
  subject: 'Reset your password',
  html: '<p>Hi</p>',
  text: 'Hi',
})

async function start(options?: FakeResendOptions) {
  const resend = await startFakeResend(options)
  onTestFinished(() => resend.close())
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  const transport = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
  const send = (addresses: string[], key = 'batch-1', signal = new AbortController().signal) =>
    transport.send(addresses.map(emailTo), key, signal)
  return { resend, send, transport }
}

describe('an accepted call', () => {
  it("carries the idempotency key, and returns the provider's id of each email in order", async () => {
    const { resend, send } = await start()
    const outcome = await send(['ada@example.com', 'bob@example.com'], 'the-key')
    expect(outcome).toEqual({
      kind: 'settled',
      outcomes: resend.accepted.map((email) => ({ accepted: true, providerId: email.id })),
    })
    expect(resend.calls).toMatchObject([{ path: '/emails/batch', key: 'the-key' }])
  })

  it('returns an outcome for each email when some are refused', async () => {
    const { resend, send } = await start()
    resend.rejectAddress('first@example.com', 'refused first')
    resend.rejectAddress('third@example.com', 'refused third')
    const outcome = await send(['first', 'second', 'third', 'fourth'].map((name) => `${name}@example.com`))
    const [second, fourth] = resend.accepted
    expect(outcome).toMatchObject({
      outcomes: [
        { accepted: false, reason: 'refused first' },
        { accepted: true, providerId: second?.id },
        { accepted: false, reason: 'refused third' },
        { accepted: true, providerId: fourth?.id },
      ],
    })
  })

  it('is sent once when it is repeated under its key', async () => {
    const { resend, transport } = await start()
    const emails = [emailTo('ada@example.com')]
    const call = () => transport.send(emails, 'the-key', new AbortController().signal)
    expect(await call()).toEqual(await call())
    expect(resend.accepted).toHaveLength(1)
  })

  it('counts as sent when it is repeated under its key with other texts', async () => {
    const { resend, send } = await start()
    await send(['ada@example.com'], 'the-key')
    expect(await send(['eve@example.com', 'bob@example.com'], 'the-key')).toMatchObject({
      kind: 'settled',
      outcomes: [{ accepted: true }, { accepted: true }],
    })
    expect(resend.accepted).toHaveLength(1)
  })

  it('that reaches the rate limit returns how long to pause', async () => {
    const { send } = await start({ rateLimit: { calls: 2, perMs: 3000 }, now: createClock().now })
    expect(await send(['ada@example.com'], 'one')).not.toHaveProperty('pauseMs', expect.any(Number))
    expect(await send(['ada@example.com'], 'two')).toMatchObject({ kind: 'settled', pauseMs: 3000 })
    expect(await send(['ada@example.com'], 'three')).toMatchObject({ kind: 'retry', afterMs: 3000 })
  })
})

describe('a call that failed', () => {
  it.each([
    [{ kind: 'error', status: 500 } as const, '500 application_error'],
    [
      { kind: 'error', status: 409, name: 'concurrent_idempotent_requests' } as const,
      '409 concurrent_idempotent_requests',
    ],
    [{ kind: 'html' } as const, ''],
    [{ kind: 'reset' } as const, ''],
  ])('can be retried whenever the worker likes: %o', async (fault, reason) => {
    const { resend, send } = await start()
    resend.fail(fault)
    expect(await send(['ada@example.com'])).toEqual({
      kind: 'retry',
      reason: expect.stringContaining(reason),
      afterMs: undefined,
    })
  })

  it.each([
    ['429, for the seconds that it names', { kind: 'rate-limit', retryAfter: 9 } as const, 9_000],
    ['a spent daily quota, for a quarter of an hour', { kind: 'quota', period: 'daily' } as const, 900_000],
    ['a spent monthly quota, for a quarter of an hour', { kind: 'quota', period: 'monthly' } as const, 900_000],
    ['a missing key, for a minute', { kind: 'error', status: 401, name: 'missing_api_key' } as const, 60_000],
    ['a wrong key, for a minute', { kind: 'error', status: 403, name: 'invalid_api_key' } as const, 60_000],
    [
      'a key with too few rights, for a minute',
      { kind: 'error', status: 401, name: 'restricted_api_key' } as const,
      60_000,
    ],
  ])('is retried after a wait: %s', async (_, fault, afterMs) => {
    const { resend, send } = await start()
    resend.fail(fault)
    expect(await send(['ada@example.com'])).toMatchObject({ kind: 'retry', afterMs })
  })

  it.each([
    [400, 'validation_error'],
    [422, 'missing_required_field'],
    [413, 'application_error'],
  ])('is refused for good because of its content: %i %s', async (status, name) => {
    const { resend, send } = await start()
    resend.fail({ kind: 'error', status, name, message: 'Not valid.' })
    const refused = { kind: 'refused', reason: `${status} ${name}: Not valid.` }
    expect(await send(['ada@example.com', 'bob@example.com'])).toEqual(refused)
  })

  it.each([
    [422, 'invalid_from_address'],
    [404, 'not_found'],
    [405, 'method_not_allowed'],
  ])('that an operator can correct is retried in a minute: %i %s', async (status, name) => {
    const { resend, send } = await start()
    resend.fail({ kind: 'error', status, name })
    expect(await send(['ada@example.com'])).toMatchObject({ kind: 'retry', afterMs: 60_000 })
  })

  it('gives a reason without addresses and links', async () => {
    const { resend, send } = await start()
    resend.fail({
      kind: 'error',
      status: 500,
      message: 'Ada <ada@example.com> at https://example.com/?token=x\nfailed',
    })
    expect(await send(['ada@example.com'])).toMatchObject({
      reason: '500 application_error: Ada <<address>> at <link> failed',
    })
  })

  it('ends when its caller aborts it', async () => {
    const { resend, send } = await start()
    resend.fail({ kind: 'hang' })
    const abort = new AbortController()
    const sending = send(['ada@example.com'], 'the-key', abort.signal)
    await resend.waitForCalls(1)
    abort.abort()
    expect(await sending.catch(() => ({ kind: 'retry' }))).toMatchObject({ kind: 'retry' })
  })
})

it('never reveals the API key', async () => {
  const { resend, send } = await start({ apiKey: 're_another' })
  const outcome = await send(['ada@example.com'])
  expect(outcome).toMatchObject({ kind: 'retry' })
  expect(JSON.stringify(outcome)).not.toContain('re_')
  expect(resend.accepted).toEqual([])
})
