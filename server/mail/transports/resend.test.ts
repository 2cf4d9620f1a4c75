import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type FakeResendOptions, startFakeResend } from '@/server/testing/fake-resend'
import { createResendTransport } from './resend'

afterEach(() => {
  vi.unstubAllEnvs()
})

const mailTo = (to: string) => ({ id: randomUUID(), to, subject: 'Reset your password', html: '<p>Hi</p>', text: 'Hi' })

async function start(options?: FakeResendOptions) {
  const resend = await startFakeResend(options)
  onTestFinished(() => resend.close())
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  const transport = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
  const send = (addresses: string[], key = 'batch-1', signal = new AbortController().signal) =>
    transport.send(addresses.map(mailTo), key, signal)
  return { resend, send, transport }
}

describe('an accepted call', () => {
  it("carries the key, and gives each mail its provider's id in order", async () => {
    const { resend, send } = await start()
    const outcome = await send(['ada@example.com', 'bob@example.com'], 'the-key')
    expect(outcome).toEqual({
      kind: 'settled',
      outcomes: resend.accepted.map((mail) => ({ accepted: true, providerId: mail.id })),
    })
    expect(resend.calls).toMatchObject([{ path: '/emails/batch', key: 'the-key' }])
  })

  it('with refused mails in it gives each mail its own outcome', async () => {
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

  it('repeated under its key is answered as before and sent once', async () => {
    const { resend, transport } = await start()
    const mails = [mailTo('ada@example.com')]
    const call = () => transport.send(mails, 'the-key', new AbortController().signal)
    expect(await call()).toEqual(await call())
    expect(resend.accepted).toHaveLength(1)
  })

  it('repeated under its key in other words counts as sent: it went out in the first ones', async () => {
    const { resend, send } = await start()
    await send(['ada@example.com'], 'the-key')
    expect(await send(['eve@example.com', 'bob@example.com'], 'the-key')).toMatchObject({
      kind: 'settled',
      outcomes: [{ accepted: true }, { accepted: true }],
    })
    expect(resend.accepted).toHaveLength(1)
  })

  it('that spends the window says how long to pause', async () => {
    const { send } = await start({ rateLimit: { calls: 2, perMs: 3000 } })
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
  ])('may be made again, when the worker likes: %o', async (fault, reason) => {
    const { resend, send } = await start()
    resend.fail(fault)
    expect(await send(['ada@example.com'])).toEqual({
      kind: 'retry',
      reason: expect.stringContaining(reason),
      afterMs: undefined,
    })
  })

  it.each([
    ['429 with the seconds it says', { kind: 'rate-limit', retryAfter: 9 } as const, 9_000],
    ['a spent daily quota, a quarter of an hour', { kind: 'quota', period: 'daily' } as const, 900_000],
    ['a spent monthly quota, a quarter of an hour', { kind: 'quota', period: 'monthly' } as const, 900_000],
    ['a missing key, a minute', { kind: 'error', status: 401, name: 'missing_api_key' } as const, 60_000],
    ['a wrong key, a minute', { kind: 'error', status: 403, name: 'invalid_api_key' } as const, 60_000],
    ['a key of fewer rights, a minute', { kind: 'error', status: 401, name: 'restricted_api_key' } as const, 60_000],
  ])('waits: %s', async (_, fault, afterMs) => {
    const { resend, send } = await start()
    resend.fail(fault)
    expect(await send(['ada@example.com'])).toMatchObject({ kind: 'retry', afterMs })
  })

  it.each([
    [400, 'validation_error'],
    [422, 'missing_required_field'],
    [413, 'application_error'],
  ])('for something in it never will be accepted: %i %s', async (status, name) => {
    const { resend, send } = await start()
    resend.fail({ kind: 'error', status, name, message: 'No good.' })
    const refused = { kind: 'refused', reason: `${status} ${name}: No good.` }
    expect(await send(['ada@example.com', 'bob@example.com'])).toEqual(refused)
  })

  it.each([
    [422, 'invalid_from_address'],
    [404, 'not_found'],
    [405, 'method_not_allowed'],
  ])('for an operator to mend is made again in a minute: %i %s', async (status, name) => {
    const { resend, send } = await start()
    resend.fail({ kind: 'error', status, name })
    expect(await send(['ada@example.com'])).toMatchObject({ kind: 'retry', afterMs: 60_000 })
  })

  it('says why without an address or a link', async () => {
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

  it('is given up when its caller says so', async () => {
    const { resend, send } = await start()
    resend.fail({ kind: 'hang' })
    const abort = new AbortController()
    const sending = send(['ada@example.com'], 'the-key', abort.signal)
    await resend.waitForCalls(1)
    abort.abort()
    expect(await sending.catch(() => ({ kind: 'retry' }))).toMatchObject({ kind: 'retry' })
  })
})

it('never says a key', async () => {
  const { resend, send } = await start({ apiKey: 're_another' })
  const outcome = await send(['ada@example.com'])
  expect(outcome).toMatchObject({ kind: 'retry' })
  expect(JSON.stringify(outcome)).not.toContain('re_')
  expect(resend.accepted).toEqual([])
})
