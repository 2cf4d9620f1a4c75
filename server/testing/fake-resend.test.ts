import { describe, expect, it } from 'vitest'
import { emailTo, startWithSdk } from './fake-resend-sdk'

describe('sending', () => {
  it('accepts one email and keeps what was sent', async () => {
    const { resend, sdk } = await startWithSdk()
    const { data, error } = await sdk.emails.send(emailTo('Ada <ada@example.com>'), { idempotencyKey: 'reset/1' })
    expect(error).toBeNull()
    expect(resend.accepted).toEqual([
      { ...emailTo(''), to: ['Ada <ada@example.com>'], id: data?.id, at: expect.any(Date), key: 'reset/1' },
    ])
    expect(resend.emailsTo('ADA@example.com')).toEqual(resend.accepted)
    expect(resend.calls).toMatchObject([{ method: 'POST', path: '/emails', key: 'reset/1', status: 200 }])
  })

  it('accepts a batch of 100, answers the ids in order, and refuses a batch of 101', async () => {
    const { resend, sdk } = await startWithSdk()
    const emails = Array.from({ length: 101 }, (_, n) => emailTo(`user${n}@example.com`))
    const { data } = await sdk.batch.send(emails.slice(0, 100))
    expect(data?.data.map(({ id }) => id)).toEqual(resend.accepted.map(({ id }) => id))
    expect(resend.accepted.map(({ to }) => to[0])).toEqual(emails.slice(0, 100).map(({ to }) => to))
    expect((await sdk.batch.send(emails)).error).toMatchObject({ statusCode: 422, name: 'validation_error' })
    expect(resend.accepted).toHaveLength(100)
  })

  it.each([
    ['a wrong key', 're_other', { statusCode: 403, name: 'invalid_api_key' }],
    ['no key', ' ', { statusCode: 401, name: 'missing_api_key' }],
  ])('refuses %s', async (_, key, expected) => {
    const { resend, sdk } = await startWithSdk({ apiKey: 're_right' }, key)
    expect((await sdk.emails.send(emailTo('ada@example.com'))).error).toMatchObject(expected)
    expect(resend.accepted).toEqual([])
  })

  it('refuses other endpoints and methods', async () => {
    const { sdk } = await startWithSdk()
    expect((await sdk.domains.list()).error).toMatchObject({ statusCode: 404, name: 'not_found' })
    expect((await sdk.emails.list()).error).toMatchObject({ statusCode: 405, name: 'method_not_allowed' })
  })
})

describe('validation', () => {
  it.each([
    ['no subject', { ...emailTo('ada@example.com'), subject: '' }, 'missing_required_field'],
    ['no recipient', { ...emailTo('ada@example.com'), to: [] }, 'missing_required_field'],
    ['no body', { ...emailTo('ada@example.com'), html: '', text: '' }, 'validation_error'],
    ['two addresses in one', emailTo('ada@example.com,eve@example.com'), 'validation_error'],
    ['a line break in an address', emailTo('ada@example.com\r\nBcc: eve@example.com'), 'validation_error'],
    ['a sender without address', { ...emailTo('ada@example.com'), from: 'Latchkey' }, 'invalid_from_address'],
  ])('refuses an email with %s', async (_, wrong, name) => {
    const { resend, sdk } = await startWithSdk()
    const { error } = await sdk.emails.send(wrong)
    expect(error).toMatchObject({ statusCode: 422, name, message: expect.any(String) })
    expect(resend.accepted).toEqual([])
  })

  it('refuses every email to a rejected address, and the whole strict batch that contains one', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.rejectAddress('Bad@example.com', 'This address is not valid.')
    const refused = { statusCode: 422, name: 'validation_error', message: 'This address is not valid.' }
    expect((await sdk.emails.send(emailTo('Bad One <bad@example.com>'))).error).toEqual(refused)
    expect((await sdk.batch.send([emailTo('ada@example.com'), emailTo('bad@example.com')])).error).toEqual(refused)
    expect(resend.accepted).toEqual([])
  })

  it('sends the rest of a permissive batch, and answers the index and reason of each refused email', async () => {
    const { resend, sdk } = await startWithSdk()
    resend.rejectAddress('bad@example.com')
    const { data } = await sdk.batch.send(
      ['ada', 'bad', 'eve'].map((name) => emailTo(`${name}@example.com`)),
      {
        batchValidation: 'permissive',
      },
    )
    expect(data?.errors).toEqual([{ index: 1, message: 'Invalid `to` field.' }])
    expect(data?.data).toEqual(resend.accepted.map(({ id }) => ({ id })))
    expect(resend.accepted.map(({ to }) => to[0])).toEqual(['ada@example.com', 'eve@example.com'])
  })
})
