import { describe, expect, it } from 'vitest'
import { emailTo, startWithSdk } from './fake-resend-sdk'

describe('idempotency keys', () => {
  const batch = [emailTo('ada@example.com'), emailTo('eve@example.com')]

  it('gives a retry of the same bytes the same answer and sends nothing again', async () => {
    const { resend, sdk } = await startWithSdk()
    const first = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    const second = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(second.data).toEqual(first.data)
    expect(resend.accepted).toHaveLength(2)
    expect(resend.calls[1]?.body).toBe(resend.calls[0]?.body)
  })

  it('sends twice without a key', async () => {
    const { resend, sdk } = await startWithSdk()
    await sdk.emails.send(emailTo('ada@example.com'))
    await sdk.emails.send(emailTo('ada@example.com'))
    expect(resend.emailsTo('ada@example.com')).toHaveLength(2)
  })

  it('refuses another body with a used key', async () => {
    const { resend, sdk } = await startWithSdk()
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    const { error } = await sdk.batch.send([...batch].reverse(), { idempotencyKey: 'batch/1' })
    expect(error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
    expect(resend.accepted).toHaveLength(2)
  })

  it('refuses a key while its first call is in progress', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.fail({ kind: 'hang' })
    const first = sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    await resend.waitForCalls(1)
    const { error } = await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(error).toMatchObject({ statusCode: 409, name: 'concurrent_idempotent_requests' })
    resend.release()
    expect((await first).data?.data).toHaveLength(2)
    expect(resend.accepted).toHaveLength(2)
  })

  it('accepts a corrected call with the key of a refused one', async () => {
    const { resend, sdk } = await startWithSdk()
    await sdk.emails.send(emailTo('not-an-address'), { idempotencyKey: 'reset/1' })
    const { error } = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'reset/1' })
    expect(error).toBeNull()
    expect(resend.accepted).toHaveLength(1)
  })

  it('forgets a key after 24 hours', async () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const { resend, sdk } = await startWithSdk({ now: () => now })
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    now = new Date('2030-01-01T23:59:59Z')
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(resend.accepted).toHaveLength(2)
    now = new Date('2030-01-02T00:00:00Z')
    await sdk.batch.send(batch, { idempotencyKey: 'batch/1' })
    expect(resend.accepted).toHaveLength(4)
  })

  it('refuses a key of more than 256 characters', async () => {
    const { sdk } = await startWithSdk()
    const { error } = await sdk.emails.send(emailTo('ada@example.com'), { idempotencyKey: 'k'.repeat(257) })
    expect(error).toMatchObject({ statusCode: 400, name: 'invalid_idempotency_key' })
  })
})

describe('the rate limit', () => {
  it('counts down in the headers, refuses the call above it, and accepts calls again in the next window', async () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const { resend, sdk } = await startWithSdk({ rateLimit: { calls: 2, perMs: 1000 }, now: () => now })
    const first = await sdk.emails.send(emailTo('ada@example.com'))
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-policy': '2;w=1',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '1',
    })
    expect(first.headers).not.toHaveProperty('retry-after')
    await sdk.emails.send(emailTo('ada@example.com'))
    const over = await sdk.emails.send(emailTo('ada@example.com'))
    expect(over.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
    expect(over.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': '1' })
    expect(resend.accepted).toHaveLength(2)
    now = new Date('2030-01-01T00:00:01Z')
    expect((await sdk.emails.send(emailTo('ada@example.com'))).error).toBeNull()
  })
})
