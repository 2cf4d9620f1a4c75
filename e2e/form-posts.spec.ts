import { expect, test } from '@playwright/test'
import { startTestApp, type TestApp } from '@/server/testing/app'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { allProcessesReady } from './all-processes-ready'
import { type HttpResponse, send } from './contracts/http-client'
import { changed, type Fields, FROM_PAGE, hiddenFieldsIn, multipart } from './form-fields'

// What programs can post to the forms for browsers without JavaScript. The tests have an app of their own to read its log.
let app: TestApp
let printed = ''
test.describe.configure({ mode: 'default' })
test.beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'info', RATE_LIMIT_SCALE: '100' }, (chunk) => {
    printed += chunk
  })
  await allProcessesReady(() => printed)
})
test.afterAll(() => app?.stop())

const hiddenFields = async (path: string): Promise<Fields> =>
  hiddenFieldsIn((await send(app.url, { method: 'GET', path })).text)

const post = (path: string, fields: Fields, headers: Record<string, string> = {}): Promise<HttpResponse> =>
  send(app.url, { method: 'POST', path, headers: { ...FROM_PAGE, ...headers }, body: multipart(fields) })

const typedAccount: Fields = [
  ['account', 'robin@nowhere.test'],
  ['password', 'not the password'],
]

async function expectQuiet() {
  expect((await send(app.url, { method: 'GET', path: '/healthz' })).status).toBe(200)
  expect(printed).toBe('')
}

test('a form is answered with its page, and a refused one keeps the account but never the password', async () => {
  printed = ''
  const hidden = await hiddenFields('/sign-in')
  const { status, text, headers } = await post('/sign-in', [...hidden, ...typedAccount])
  expect(status).toBe(200)
  expect(text).toContain('value="robin@nowhere.test"')
  expect(text).toContain('role="alert"')
  expect(text).not.toContain('not the password')
  expect(headers['content-security-policy']).toContain("'nonce-")
  // A program sends no Sec-Fetch-Site. A form on the page of a refused form contains the state of that refusal.
  expect((await post('/sign-in', [...hidden, ...typedAccount], { 'sec-fetch-site': '', origin: app.url })).status).toBe(
    200,
  )
  const [first, second] = ['demo', 'accounts'].map((name) =>
    changed(hidden, /:1$/, () => `[{"values":{"account":"${name}"}}]`),
  )
  for (const fields of [first, second])
    expect((await post('/sign-in', [...(fields as Fields), ...typedAccount])).status).toBe(200)
  await expectQuiet()
})

test('a sign-in redirects with 303 and sets the same cookies as over tRPC', async () => {
  const hidden = await hiddenFields('/sign-in')
  const { status, headers, text } = await post('/sign-in', [
    ...hidden,
    ['account', 'john@example.com'],
    ['password', app.password],
  ])
  expect([status, text]).toEqual([303, ''])
  expect(headers.location).toBe('/account')
  const overTrpc = await send(app.url, {
    method: 'POST',
    path: '/api/trpc/session.signIn',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'john@example.com', password: app.password }),
  })
  const shape = ({ headers }: HttpResponse) =>
    (headers['set-cookie'] ?? '')
      .split(/, (?=latchkey)/)
      .map((cookie) => cookie.split(/;\s*/))
      .map(([pair = '', ...attributes]) => [
        pair.split('=')[0],
        ...attributes
          .filter((each) => !/^expires/i.test(each))
          .map((each) => each.toLowerCase())
          .sort(),
      ])
      .sort()
  expect(shape({ status, headers, text: '' })).toEqual(shape(overTrpc))
  expect(shape(overTrpc).flat()).toContain('httponly')
})

test('a form of another website is refused, whatever it holds', async () => {
  printed = ''
  const hidden = await hiddenFields('/sign-in')
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'null' },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
    { 'sec-fetch-site': '', origin: 'null' },
    { 'sec-fetch-site': '', origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
  ]
  for (const headers of foreign) {
    const { status, text } = await post('/sign-in', [...hidden, ...typedAccount], headers)
    expect(status, JSON.stringify(headers)).toBe(403)
    expect(text).toContain('Forms of other websites are refused')
  }
  await expectQuiet()
})

test('a malformed form gets a 4xx in plain text, and nothing is logged', async () => {
  printed = ''
  const hidden = await hiddenFields('/sign-in')
  const malformed: [string, Fields][] = [
    ['no fields', []],
    ['no action', typedAccount],
    [
      'two actions',
      [...hidden, ['$ACTION_REF_9', ''], ['$ACTION_9:0', '{}'], ['$ACTION_9:1', '[null]'], ...typedAccount],
    ],
    ['an action by id', [['$ACTION_ID_'.concat('a'.repeat(42)), ''], ...typedAccount]],
    ['no description', hidden.filter(([name]) => !name.endsWith(':0'))],
    ['no state', hidden.filter(([name]) => !name.endsWith(':1'))],
    ...['', '{', 'null', '[]', '{"id":"x","bound":null}', '{"id":"__proto__","bound":"$@1"}'].map(
      (text): [string, Fields] => [`description ${text}`, changed(hidden, /:0$/, () => text)],
    ),
    ...[
      '',
      '{',
      'null',
      '[]',
      '[1,2]',
      '["$@1"]',
      '["$F1"]',
      '["$K1"]',
      '[{"a":["$Q2"]}]',
      `${'['.repeat(500)}1${']'.repeat(500)}`,
    ].map((text): [string, Fields] => [`state ${text.slice(0, 20)}`, changed(hidden, /:1$/, () => text)]),
    ['a field of React that no form has', [...hidden, ['$ACTION_1:2', '[]']]],
    ['a field twice', [...hidden, ...typedAccount, ...typedAccount]],
    ['too many fields', [...hidden, ...Array.from({ length: 99 }, (_, n): [string, string] => [`f${n}`, ''])]],
  ]
  for (const [name, fields] of malformed) {
    const { status, text, headers } = await post('/sign-in', fields)
    expect(status, name).toBe(400)
    expect(headers['content-type'], name).toContain('text/plain')
    expect(text, name).not.toMatch(/stack|node_modules|\bat\s.+:\d+/i)
  }
  const file =
    '------boundary\r\ncontent-disposition: form-data; name="a"; filename="a.txt"\r\n\r\n1\r\n------boundary--\r\n'
  for (const body of [
    '',
    'nonsense',
    '------boundary',
    multipart(hidden).slice(0, 80),
    `${multipart(hidden).slice(0, -5)}${file}`,
  ]) {
    const { status } = await send(app.url, { method: 'POST', path: '/sign-in', headers: FROM_PAGE, body })
    expect(status, body.slice(0, 20)).toBe(400)
  }
  await expectQuiet()
})

test('a form over 16 KiB gets 413, and so does one that does not give its size', async () => {
  printed = ''
  const hidden = await hiddenFields('/sign-in')
  for (const size of [17_000, 60_000, 1_000_000]) {
    const { status, text } = await post('/sign-in', [...hidden, ['account', 'x'.repeat(size)]])
    expect(status, `${size}`).toBe(413)
    expect(text).toContain('larger than 16 KiB')
  }
  await expectQuiet()
})

test('a page from before a deployment is shown again with what was typed', async () => {
  printed = ''
  for (const path of ['/sign-in', '/forgot-password']) {
    const hidden = await hiddenFields(path)
    const outdated = changed(hidden, /:0$/, (text) => text.replace(/[0-9a-f]{42}/, 'a'.repeat(42)))
    const { status, text } = await post(path, [...outdated, ...typedAccount])
    expect(status, path).toBe(200)
    expect(text, path).toContain('This page was out of date')
    expect(text, path).toContain('value="robin@nowhere.test"')
    expect(text, path).not.toContain('not the password')
  }
  // An action of another page is unknown on this page.
  const other = await post('/stop-emails', [...(await hiddenFields('/sign-in')), ...typedAccount])
  expect(other.status).toBe(200)
  // A client cannot set this header.
  const header = { 'x-latchkey-outdated-form': encodeURIComponent('{"account":"planted"}') }
  expect((await send(app.url, { method: 'GET', path: '/sign-in', headers: header })).text).not.toContain('planted')
  await expectQuiet()
})

test('a program that posts to the path of a page gets the answer of the documented contract', async () => {
  printed = ''
  for (const [type, body] of [
    ['multipart/form-data; boundary=----boundary', multipart([['email', 'john@example.com']])],
    ['application/x-www-form-urlencoded', 'email=john%40example.com'],
  ] as const) {
    const answer = await send(app.url, {
      method: 'POST',
      path: '/forgot-password',
      headers: { 'content-type': type },
      body,
    })
    expect([answer.status, answer.text.slice(0, 300)], type).toEqual([415, expect.stringContaining('{')])
  }
  const json = await send(app.url, {
    method: 'POST',
    path: '/forgot-password/',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"nobody@nowhere.test"}',
  })
  expect(json.headers['content-type']).toContain('application/json')
  await expectQuiet()
})

test('a naughty string in a form causes no server error and does not become markup', async () => {
  printed = ''
  const texts = naughtyStrings.filter((text) => !text.includes('\0'))
  const some = process.env.TEST_ALL ? texts : texts.filter((_, at) => at % 20 === 0)
  const [signIn, forgot] = [await hiddenFields('/sign-in'), await hiddenFields('/forgot-password')]
  for (const text of some) {
    const typed: Fields = [
      ['account', text],
      ['password', text],
      ['intent', text],
    ]
    for (const [path, hidden] of [
      ['/sign-in', signIn],
      ['/forgot-password', forgot],
    ] as const) {
      const answer = await post(path, [...hidden, ...typed])
      expect(answer.status, `${path} with ${text}`).toBeLessThan(500)
      if (/<\w/.test(text)) expect(answer.text, `${path} with ${text}`).not.toContain(text)
    }
  }
  await expectQuiet()
})
