import { describe, expect, it } from 'vitest'
import type { Fault } from './fake-resend'
import { emailTo, startWithSdk } from './fake-resend-sdk'

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
      'HTML with status 502',
      { kind: 'html' },
      { statusCode: 502, name: 'application_error' },
      { 'content-type': 'text/html' },
    ],
    ['HTML with status 200', { kind: 'html', status: 200 }, unreachable, null],
    ['a reset connection', { kind: 'reset' }, unreachable, null],
  ])('answers one call with %s and accepts nothing, then serves the next call', async (_, fault, error, headers) => {
    const { resend, sdk } = await startWithSdk()
    resend.fail(fault)
    const failed = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(failed.error).toMatchObject(error)
    if (headers === null) expect(failed.headers).toBeNull()
    else expect(failed.headers).toMatchObject(headers)
    expect(resend.accepted).toEqual([])
    const retried = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(retried.error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
    expect(resend.calls).toHaveLength(2)
  })

  it.each<Fault>([
    { kind: 'reset', accepted: true },
    { kind: 'error', status: 500, accepted: true },
    { kind: 'html', accepted: true },
  ])('accepts, then answers with a fault, and gives the retry the first ids: %o', async (fault) => {
    const { resend, sdk } = await startWithSdk()
    resend.fail(fault)
    const failed = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(failed.data).toBeNull()
    const retried = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(resend.accepted.map(({ id }) => id)).toEqual([retried.data?.id])
  })

  it('applies a list of faults in order, one for each call', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.fail([{ kind: 'error', status: 500 }, { kind: 'reset' }])
    for (const _ of [1, 2, 3]) await sdk.emails.send(emailTo('ada@example.com'))
    expect(resend.calls.map(({ status }) => status)).toEqual([500, 'reset', 200])
  })

  it.each([
    [false, 0],
    [true, 1],
  ])(
    'hangs until the client gives up (accepted: %s), and sends the email once when it is retried',
    async (accepted, sent) => {
      const { resend, sdk } = await startWithSdk()
      resend.fail({ kind: 'hang', accepted })
      const timeout = new AbortController()
      const options = { idempotencyKey: 'reset/1', signal: timeout.signal }
      const failed = sdk.emails.send(emailTo('ada@example.com'), options)
      await resend.waitForCalls(1)
      timeout.abort()
      expect((await failed).error).toMatchObject(unreachable)
      expect(resend.accepted).toHaveLength(sent)
      await resend.waitForCalls(1, ({ status }) => status === 'gone')
      const retried = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
      expect(resend.accepted.map(({ id }) => id)).toEqual([retried.data?.id])
    },
  )

  it('hangs for the given time and then answers', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.fail({ kind: 'hang', forMs: 30 })
    expect((await sdk.emails.send(emailTo('ada@example.com'))).error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
  })

  it('ends hanging calls when it closes', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.fail({ kind: 'hang' })
    const failed = sdk.emails.send(emailTo('ada@example.com'))
    await resend.waitForCalls(1)
    await resend.close()
    expect((await failed).error).toMatchObject(unreachable)
    expect(resend.accepted).toEqual([])
  })
})
