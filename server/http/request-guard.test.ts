import { beforeAll, describe, expect, it, vi } from 'vitest'
import { MAX_BODY_BYTES, readBody, refuseForeignWrite } from './request-guard'

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
  refuseForeignWrite(write({ ...JSON_TYPE, ...headers }), trusted)?.status ?? 'let in'

describe('a content type', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', ' application/json ;x=y'])(
    'of JSON is let in: %s',
    (type) => {
      expect(statusOf({ 'content-type': type })).toBe('let in')
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
  ])('that a form of another site could send is refused: %s', (type) => {
    expect(statusOf({ 'content-type': type })).toBe(415)
  })

  it('may be missing where there is no body to read', () => {
    expect(refuseForeignWrite(write({}, null))).toBeNull()
  })

  it('of a compressed body is refused: its size would say nothing', () => {
    expect(statusOf({ 'content-encoding': 'gzip' })).toBe(415)
    expect(statusOf({ 'content-encoding': 'identity' })).toBe('let in')
  })
})

describe('a browser that says where it comes from', () => {
  it.each([
    ['the site itself', { 'sec-fetch-site': 'same-origin', origin: 'https://accounts.example.com' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['the site itself, by Origin alone', { origin: 'https://accounts.example.com' }],
    ['the host that was asked, by Origin alone', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }],
    ['nowhere: no browser at all', {}],
  ])('is let in from %s', (_, headers) => {
    expect(statusOf(headers as Record<string, string>)).toBe('let in')
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sister domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
    ['another site that claims our Origin', { 'sec-fetch-site': 'cross-site', origin: 'https://accounts.example.com' }],
    ['a value nobody has defined', { 'sec-fetch-site': 'friendly' }],
    ['another site, by Origin alone', { origin: 'https://evil.example' }],
    ['a sandbox', { origin: 'null' }],
    ['nonsense', { origin: 'accounts.example.com' }],
    ['an Origin that begins like ours', { origin: 'https://accounts.example.com.evil.example' }],
    ['another port', { origin: 'https://accounts.example.com:8443' }],
    ['plain http of our name', { origin: 'http://accounts.example.com' }],
  ])('is refused from %s', (_, headers) => {
    expect(statusOf(headers as Record<string, string>)).toBe(403)
  })

  it('is let in from an origin that is trusted, and from no other', () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }
    expect(statusOf(headers, ['https://app.example.com'])).toBe('let in')
    expect(statusOf(headers, ['https://www.example.com'])).toBe(403)
    expect(statusOf({ 'content-type': 'text/plain', ...headers }, ['https://app.example.com'])).toBe(415)
  })
})

describe('a body', () => {
  /** A body in chunks, which says nothing of its length, and how much of it was asked for. */
  function chunked(chunk: Uint8Array, chunks: number) {
    let taken = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (taken++ < chunks) controller.enqueue(chunk)
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return { request: write(JSON_TYPE, body), taken: () => taken }
  }

  it('is read up to 16 KiB, in one piece or in chunks', async () => {
    const most = 'x'.repeat(MAX_BODY_BYTES)
    expect(MAX_BODY_BYTES).toBe(16_384)
    expect(await readBody(write(JSON_TYPE, most))).toBe(most)
    expect(await readBody(chunked(Buffer.alloc(1024, 'x'), 16).request)).toBe(most)
  })

  it('is refused a byte above', async () => {
    const refusal = { status: 413, message: expect.stringContaining('16 KiB') }
    expect(await readBody(write(JSON_TYPE, 'x'.repeat(MAX_BODY_BYTES + 1)))).toEqual(refusal)
    expect(await readBody(chunked(Buffer.alloc(1, 'x'), MAX_BODY_BYTES + 1).request)).toEqual(refusal)
  })

  it('is not read when it says itself that it is larger', async () => {
    const { request, taken } = chunked(Buffer.alloc(10), 10)
    request.headers.set('content-length', '16385')
    expect(await readBody(request)).toMatchObject({ status: 413 })
    expect(taken()).toBe(0)
  })

  it('without an end is not read on and on', async () => {
    const { request, taken } = chunked(Buffer.alloc(1024), Number.POSITIVE_INFINITY)
    expect(await readBody(request)).toMatchObject({ status: 413 })
    expect(taken()).toBeLessThan(20)
  })

  it('that lies about its length is measured', async () => {
    const { request } = chunked(Buffer.alloc(1024), 20)
    request.headers.set('content-length', '10')
    expect(await readBody(request)).toMatchObject({ status: 413 })
  })

  it('may be missing', async () => {
    expect(await readBody(write({}, null))).toBe('')
  })

  it('in UTF-8 is whole however it is cut', async () => {
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
