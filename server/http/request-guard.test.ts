import { beforeAll, describe, expect, it, vi } from 'vitest'
import { MAX_BODY_BYTES, readBody, refuseCrossSiteWrite } from './request-guard'

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', 'postgres://nobody@localhost/none')
  vi.stubEnv('APP_URL', 'https://accounts.example.com')
  vi.stubEnv('APP_SECRET', 'the application secret of these tests')
  vi.stubEnv('RESEND_API_KEY', 're_test')
  vi.stubEnv('MAIL_FROM', 'accounts@example.com')
})

const JSON_TYPE = { 'content-type': 'application/json' }

const write = (headers: Record<string, string>, body: BodyInit | null = '{}') =>
  new Request('http://127.0.0.1:3000/api/trpc/x', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)

const statusOf = (headers: Record<string, string>, trusted?: string[]) =>
  refuseCrossSiteWrite(write({ ...JSON_TYPE, ...headers }), trusted)?.status ?? 'accepted'

describe('a content type', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', ' application/json ;x=y'])(
    'of JSON is accepted: %s',
    (type) => {
      expect(statusOf({ 'content-type': type })).toBe('accepted')
    },
  )

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/json, text/plain',
    'application/jsonx',
    'text/json',
  ])('that a form on another site could send is refused: %s', (type) => {
    expect(statusOf({ 'content-type': type })).toBe(415)
  })

  it('may be missing if there is no body', () => {
    expect(refuseCrossSiteWrite(write({}, null))).toBeNull()
  })

  it('is refused with a compressed body, whose size says nothing about its content', () => {
    expect(statusOf({ 'content-encoding': 'gzip' })).toBe(415)
    expect(statusOf({ 'content-encoding': 'identity' })).toBe('accepted')
  })
})

describe('the origin of a write', () => {
  it.each([
    ['this site', { 'sec-fetch-site': 'same-origin', origin: 'https://accounts.example.com' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['this site, by Origin alone', { origin: 'https://accounts.example.com' }],
    ['the requested host, by Origin alone', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }],
    ['a client that sends no origin', {}],
  ])('is accepted if it is %s', (_, headers) => {
    expect(statusOf(headers as Record<string, string>)).toBe('accepted')
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
    ['another site that sends our Origin', { 'sec-fetch-site': 'cross-site', origin: 'https://accounts.example.com' }],
    ['an undefined value', { 'sec-fetch-site': 'friendly' }],
    ['another site, by Origin alone', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['not a URL', { origin: 'accounts.example.com' }],
    ['an Origin that begins like ours', { origin: 'https://accounts.example.com.evil.example' }],
    ['another port', { origin: 'https://accounts.example.com:8443' }],
    ['our host over plain http', { origin: 'http://accounts.example.com' }],
  ])('is refused if it is %s', (_, headers) => {
    expect(statusOf(headers as Record<string, string>)).toBe(403)
  })

  it('is accepted if it is trusted', () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }
    expect(statusOf(headers, ['https://app.example.com'])).toBe('accepted')
    expect(statusOf(headers, ['https://www.example.com'])).toBe(403)
    expect(statusOf({ 'content-type': 'text/plain', ...headers }, ['https://app.example.com'])).toBe(415)
  })
})

describe('a body', () => {
  /** A request whose body comes in chunks without a length, and the number of chunks that were read. */
  function chunked(chunk: Uint8Array, chunks: number) {
    let read = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (read++ < chunks) controller.enqueue(chunk)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return { request: write(JSON_TYPE, body), chunksRead: () => read }
  }

  it('is read up to 16 KiB, in one piece or in chunks', async () => {
    const most = 'x'.repeat(MAX_BODY_BYTES)
    expect(MAX_BODY_BYTES).toBe(16_384)
    expect(await readBody(write(JSON_TYPE, most))).toBe(most)
    expect(await readBody(chunked(Buffer.alloc(1024, 'x'), 16).request)).toBe(most)
  })

  it('is refused one byte over 16 KiB', async () => {
    const refusal = { status: 413, message: expect.stringContaining('16 KiB') }
    expect(await readBody(write(JSON_TYPE, 'x'.repeat(MAX_BODY_BYTES + 1)))).toEqual(refusal)
    expect(await readBody(chunked(Buffer.alloc(1, 'x'), MAX_BODY_BYTES + 1).request)).toEqual(refusal)
  })

  it('is not read if its declared length is too large', async () => {
    const { request, chunksRead } = chunked(Buffer.alloc(10), 10)
    request.headers.set('content-length', '16385')
    expect(await readBody(request)).toMatchObject({ status: 413 })
    expect(chunksRead()).toBe(0)
  })

  it('without an end is read only up to the limit', async () => {
    const { request, chunksRead } = chunked(Buffer.alloc(1024), Number.POSITIVE_INFINITY)
    expect(await readBody(request)).toMatchObject({ status: 413 })
    expect(chunksRead()).toBeLessThan(20)
  })

  it('is measured even if it declares a shorter length', async () => {
    const { request } = chunked(Buffer.alloc(1024), 20)
    request.headers.set('content-length', '10')
    expect(await readBody(request)).toMatchObject({ status: 413 })
  })

  it('may be missing', async () => {
    expect(await readBody(write({}, null))).toBe('')
  })

  it('is decoded correctly wherever its UTF-8 is cut', async () => {
    expect(await readBody(chunked(Buffer.from([0xc3]), 1).request)).toMatchObject({ status: 400 })
    const [first, second] = [Buffer.from([0x22, 0xf0, 0x9f]), Buffer.from([0x94, 0x91, 0x22])]
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of [first, second]) controller.enqueue(chunk)
        controller.close()
      },
    })
    expect(await readBody(write(JSON_TYPE, body))).toBe('"\u{1f511}"')
  })
})
