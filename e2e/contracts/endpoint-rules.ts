import { gzipSync } from 'node:zlib'
import { expect } from '@playwright/test'
import type { Probe } from '@/e2e/contracts/scenarios/scenario'
import { type Received, type Sent, send } from './client'
import { expectAnswer, expectCommon } from './run-scenario'
import { fill, fillAll, type Known } from './template'
import { OTHER_SITE, type World } from './world'

/** What the edge does for every operation alike, tried on one of them. */

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', 'PROPFIND']
const JSON_TYPE = { 'content-type': 'application/json' }
const PREFLIGHT = { origin: OTHER_SITE, 'access-control-request-method': 'POST' }

export type Probed = ReturnType<typeof probing>

/** An operation with its places filled, and a way to ask it from an address of one's own. */
export function probing(world: World, probe: Probe, known: Known) {
  const [method = '', path = ''] = fill(probe.send, known).split(/ (.*)/s)
  const body = probe.body ? fillAll(probe.body, known) : undefined
  const ask = (sent: Partial<Sent> = {}, from = world.newAddress()): Promise<Received> =>
    world.ask({
      from,
      method,
      path,
      headers: body ? JSON_TYPE : {},
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...sent,
    })
  return { ...probe, url: world.url, method, path, body, known, ask, writes: body !== undefined }
}

/** Every method but its own: 405 with the ones that there are. */
export async function refusesOtherMethods({ path, allow, error, known, ask }: Probed) {
  const message = `Method not allowed. Use ${allow}.`
  for (const method of METHODS.filter((name) => !allow.split(', ').includes(name))) {
    const answer = await ask({ method, path, headers: {}, body: undefined as never })
    expectAnswer(answer, [405, error(message, 405), { allow }], known, `${method} ${path}`, method)
  }
}

const NO_JSON: [string, Partial<Sent>][] = [
  ['text', { headers: { 'content-type': 'text/plain' } }],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ['a form without a body', { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '' }],
  ['two types', { headers: { 'content-type': 'application/json, text/plain' } }],
  ['no type', { headers: {} }],
  ['gzip, said to be', { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{}') }],
]

/** What is not said to be JSON: 415. */
export async function refusesOtherTypes({ path, error, known, ask }: Probed) {
  const told = error('The body is not plain JSON. Send it uncompressed, as application/json.', 415)
  for (const [what, sent] of NO_JSON) expectAnswer(await ask(sent), [415, told], known, `${path}: ${what}`)
}

/** More than 16 KiB, with its length said or not: 413. */
export async function refusesLargeBodies({ path, error, known, ask }: Probed) {
  const told = error('The body is larger than 16 KiB. Send a smaller one.', 413)
  for (const size of [16_385, 65_536, 10 * 1024 * 1024]) {
    const answer = await ask({ headers: JSON_TYPE, body: 'x'.repeat(size) })
    expectAnswer(answer, [413, told], known, `${path}: ${size} bytes`)
  }
  const padded = await ask({ headers: JSON_TYPE, body: `{}${' '.repeat(16_382)}` })
  expect(padded.status, `${path}: 16 KiB to the byte`).not.toBe(413)
}

/** Pages of other origins: 403, unless they are named. */
export async function refusesOtherSites({ url, path, error, known, ask, allow }: Probed) {
  const told = error(
    'Requests from other websites are refused. Send the request from this website or from a server.',
    403,
  )
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of foreign) {
    const answer = await ask({ headers: { ...JSON_TYPE, ...headers } })
    expectAnswer(answer, [403, told], known, `${path} from ${JSON.stringify(headers)}`)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
  const named = await ask({ headers: { ...JSON_TYPE, origin: OTHER_SITE, 'sec-fetch-site': 'cross-site' } })
  expect(named.status, `${path} from ${OTHER_SITE}`).not.toBe(403)
  expect(named.headers['access-control-allow-origin']).toBe(OTHER_SITE)
  expect(named.headers.vary).toContain('origin')

  const preflight = await send(url, { method: 'OPTIONS', path, headers: PREFLIGHT })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-origin']).toBe(OTHER_SITE)
  for (const method of allow.split(', ').filter((name) => name !== 'GET' && name !== 'HEAD')) {
    expect(preflight.headers['access-control-allow-methods']).toContain(method)
  }
  const refused = await ask({
    method: 'OPTIONS',
    headers: { ...PREFLIGHT, origin: 'https://evil.example' },
    body: undefined as never,
  })
  expect(refused.status).toBe(405)
}

const DEEP = 2_000

/** Bodies that name nothing. */
const EMPTY: [string, string][] = [
  ['nothing', ''],
  ['an empty object', '{}'],
  ['__proto__', '{"__proto__":{"email":"john@example.com","account":"john","token":"x"}}'],
  ['constructor', '{"constructor":{"prototype":{"email":"john@example.com"}}}'],
  ['nested objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
]

/** Bodies that are no JSON object, or one that two readers would read as two. */
const NO_OBJECTS: [string, string | Buffer][] = [
  ['broken', '{"email":'],
  ['two values', '{}{}'],
  ['a comment', '{}//'],
  ['a name twice', '{"email":"john@example.com","email":"jane@example.com"}'],
  ['a name twice, once escaped', '{"account":"john","a\\u0063count":"jane"}'],
  ['an array', '[]'],
  ['an array of one', '[{"email":"john@example.com"}]'],
  ['null', 'null'],
  ['a string', '"john@example.com"'],
  ['a number', '1e999'],
  ['nested arrays', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  ['NUL', '\u0000'],
  ['a lone surrogate', '{"email":"\\ud800@example.com","account":"\\udc00","token":"\\ud800"}'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['UTF-16', Buffer.from('{"email":"john@example.com"}', 'utf16le')],
  ['gzip, not said to be', gzipSync('{"email":"john@example.com"}')],
]

/** What is no JSON object, and what is one without what is asked for. */
export async function refusesBrokenBodies({ path, known, ask, invalid }: Probed) {
  if (!invalid) throw new Error(`${path}: what is said of a broken body?`)
  for (const [what, body] of NO_OBJECTS) {
    expectAnswer(await ask({ headers: JSON_TYPE, body }), invalid, known, `${path}: ${what}`)
  }
}

const NO_STRINGS = [null, true, 0, 904854, 1e308, [], ['john@example.com'], {}, { $ne: null }, [['x']]]

/** No body at all counts as an object without a name in it. */
export async function takesNoBodyForNothing({ path, known, ask, invalid, empty = invalid }: Probed) {
  if (!empty) return
  for (const [what, body] of EMPTY) {
    expectAnswer(await ask({ headers: JSON_TYPE, body }), empty, known, `${path}: ${what}`)
  }
}

/** Fields that are no text. The words differ by contract and field; the status and the shape do not. */
export async function refusesOtherFields({ path, body = {}, ask, invalid }: Probed) {
  for (const field of Object.keys(body)) {
    for (const value of NO_STRINGS) {
      const answer = await ask({ headers: JSON_TYPE, body: JSON.stringify({ ...body, [field]: value }) })
      expect(answer.status, `${path}: ${field} is ${JSON.stringify(value)}: ${answer.text}`).toBe(invalid?.[0])
      expectCommon(answer, path)
    }
  }
}

/** A limit, in the contract's own shape, and the same however its path is written. */
export async function tellsOfLimits({ path, error, limited, known, ask }: Probed) {
  const from = '192.0.2.7'
  let answer = await ask({}, from)
  for (let asked = 1; asked < 100 && (answer.status !== 429 || asked < 62); asked++) {
    answer = await ask(asked % 2 ? { path: path.replace(/\/?(?=\?|$)/, '/') } : {}, from)
  }
  const wait = limited ?? error('{words~That was too often. Wait [0-9]+ minutes, then try again.}', 429)
  expectAnswer(answer, [429, wait], { ...known }, `${path}: the limit`)
}

/** A fault of ours: an opaque 500, in the contract's own shape. */
export async function hidesFaults({ path, error, known, ask }: Probed) {
  const told = error('Something went wrong on our side. Try again in a moment.', 500)
  expectAnswer(await ask(), [500, told], known, `${path}: our fault`)
}

/** A database that cannot be reached: 503. */
export async function tellsOfOutages({ path, error, known, ask }: Probed) {
  const told = error('We are very busy right now. Wait 5 seconds, then try again.', 503)
  expectAnswer(await ask(), [503, told], known, `${path}: an outage`)
}
