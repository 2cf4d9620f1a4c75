import { expect } from '@playwright/test'
import { ALLOWED_ORIGIN, type ContractApp } from './contract-app'
import { type HttpRequest, type HttpResponse, send } from './http-client'
import { JSON_TYPE, NOT_A_STRING, NOT_AN_OBJECT, NOT_DECLARED_AS_JSON, WITHOUT_FIELDS } from './malformed-bodies'
import { fill, fillAll, matchTemplate, type Placeholders } from './placeholders'
import { expectCommonHeaders, expectResponse } from './run-scenario'
import type { Operation } from './scenarios/scenario'

/** The rules that every operation of every contract follows. Each function tests one rule on one operation. */

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', 'PROPFIND']
const NO_BODY = { body: undefined as never }

export type TestedOperation = ReturnType<typeof prepareOperation>

/** Fills the placeholders of an operation. `call` sends it, with changes, by default from an address of its own. */
export function prepareOperation(app: ContractApp, operation: Operation, values: Placeholders) {
  const [method = '', path = ''] = fill(operation.request, values).split(/ (.*)/s)
  const body = operation.body ? fillAll(operation.body, values) : undefined
  const call = (changes: Partial<HttpRequest> = {}, from = app.newClientAddress()): Promise<HttpResponse> =>
    app.request({
      from,
      method,
      path,
      headers: body ? JSON_TYPE : {},
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...changes,
    })
  return { ...operation, url: app.url, method, path, body, values, call, takesBody: body !== undefined }
}

/** Any other method: 405 with `Allow`. */
export async function refusesOtherMethods({ path, allow, error, values, call }: TestedOperation) {
  const message = `Method not allowed. Use ${allow}.`
  for (const method of METHODS.filter((name) => !allow.split(', ').includes(name))) {
    const response = await call({ method, path, headers: {}, ...NO_BODY })
    expectResponse(response, [405, error(message, 405), { allow }], values, `${method} ${path}`, method)
  }
}

/** A body that is not declared as JSON: 415. */
export async function refusesOtherTypes({ path, error, values, call }: TestedOperation) {
  const refusal = error('The body is not plain JSON. Send it uncompressed, as application/json.', 415)
  for (const [what, request] of NOT_DECLARED_AS_JSON) {
    expectResponse(await call(request), [415, refusal], values, `${path}: ${what}`)
  }
}

/** More than 16 KiB, with or without a length: 413. */
export async function refusesLargeBodies({ path, error, values, call }: TestedOperation) {
  const refusal = error('The body is larger than 16 KiB. Send a smaller one.', 413)
  for (const size of [16_385, 65_536, 10 * 1024 * 1024]) {
    const response = await call({ headers: JSON_TYPE, body: 'x'.repeat(size) })
    expectResponse(response, [413, refusal], values, `${path}: ${size} bytes`)
  }
  const padded = await call({ headers: JSON_TYPE, body: `{}${' '.repeat(16_382)}` })
  expect(padded.status, `${path}: exactly 16 KiB`).not.toBe(413)
}

/** A page of another origin: 403, unless CORS_ORIGINS names it. */
export async function refusesOtherSites({ url, path, error, values, call, allow }: TestedOperation) {
  const refusal = error(
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
    const response = await call({ headers: { ...JSON_TYPE, ...headers } })
    expectResponse(response, [403, refusal], values, `${path} from ${JSON.stringify(headers)}`)
    expect(response.headers['access-control-allow-origin']).toBeUndefined()
  }
  const allowed = await call({ headers: { ...JSON_TYPE, origin: ALLOWED_ORIGIN, 'sec-fetch-site': 'cross-site' } })
  expect(allowed.status, `${path} from ${ALLOWED_ORIGIN}`).not.toBe(403)
  expect(allowed.headers['access-control-allow-origin']).toBe(ALLOWED_ORIGIN)
  expect(allowed.headers.vary).toContain('origin')

  const asksForPost = { 'access-control-request-method': 'POST' }
  const preflight = await send(url, { method: 'OPTIONS', path, headers: { ...asksForPost, origin: ALLOWED_ORIGIN } })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-origin']).toBe(ALLOWED_ORIGIN)
  for (const method of allow.split(', ').filter((name) => name !== 'GET' && name !== 'HEAD')) {
    expect(preflight.headers['access-control-allow-methods']).toContain(method)
  }
  const refused = await call({
    method: 'OPTIONS',
    headers: { ...asksForPost, origin: 'https://evil.example' },
    ...NO_BODY,
  })
  expect(refused.status).toBe(405)
}

/** A body that is not a JSON object: the contract's own refusal. */
export async function refusesBrokenBodies({ path, values, call, invalidBody }: TestedOperation) {
  if (!invalidBody) throw new Error(`${path} has no invalidBody`)
  for (const [what, body] of NOT_AN_OBJECT) {
    expectResponse(await call({ headers: JSON_TYPE, body }), invalidBody, values, `${path}: ${what}`)
  }
}

/** No body counts as an empty object, and names from the prototype are not fields. */
export async function treatsNoBodyAsEmpty(operation: TestedOperation) {
  const { path, values, call, invalidBody, emptyBody = invalidBody } = operation
  if (!emptyBody) return
  for (const [what, body] of WITHOUT_FIELDS) {
    expectResponse(await call({ headers: JSON_TYPE, body }), emptyBody, values, `${path}: ${what}`)
  }
}

/** A field that is not a string: the status of an invalid body. The text differs by contract and field. */
export async function refusesOtherFieldTypes({ path, body = {}, call, invalidBody }: TestedOperation) {
  for (const field of Object.keys(body)) {
    for (const value of NOT_A_STRING) {
      const response = await call({ headers: JSON_TYPE, body: JSON.stringify({ ...body, [field]: value }) })
      const what = `${path}: ${field} is ${JSON.stringify(value)}: ${response.text}`
      expect(response.status, what).toBe(invalidBody?.[0])
      expectCommonHeaders(response, path)
    }
  }
}

/** A limit is reached within 100 requests, with and without the trailing slash: 429. */
export async function limitsRequests({ path, error, limitBody, values, call }: TestedOperation) {
  const from = '192.0.2.7'
  const body = limitBody ?? error('{message~Too many attempts. Try again in [0-9]+ [a-z]+.}', 429)
  const isLimited = ({ text }: HttpResponse) => matchTemplate(text, JSON.stringify(body), { ...values }, '[^"]+')
  let response = await call({}, from)
  for (let sent = 1; sent < 100 && !isLimited(response); sent++) {
    response = await call(sent % 2 ? { path: path.replace(/\/?(?=\?|$)/, '/') } : {}, from)
  }
  expectResponse(response, [429, body], { ...values }, `${path}: the limit`)
}

/** An unexpected error: an opaque 500. */
export async function hidesUnexpectedErrors({ path, error, values, call }: TestedOperation) {
  const body = error('Something went wrong on our side. Try again in a moment.', 500)
  expectResponse(await call(), [500, body], values, `${path}: an unexpected error`)
}

/** A database that cannot be reached: 503. */
export async function reportsOutages({ path, error, values, call }: TestedOperation) {
  const body = error('The service is busy. Try again in 5 seconds.', 503)
  expectResponse(await call(), [503, body], values, `${path}: an outage`)
}
