import { expect } from '@playwright/test'
import type { ContractApp } from './contract-app'
import type { HttpResponse } from './http-client'
import { fill, fillAll, matchTemplate, type Placeholders } from './placeholders'
import type { Exchange, ExpectedResponse, Scenario } from './scenarios/scenario'

/** Plays a scenario with a new account. Each of its requests comes from another address. */
export async function runScenario(app: ContractApp, scenario: Scenario): Promise<void> {
  const values: Placeholders = await app.newAccount()
  const { email, unknownEmail } = values as { email: string; unknownEmail: string }
  let emailsSoFar = 0
  for (const step of scenario.steps) {
    if ('request' in step) await exchange(app, values, step)
    else if ('advanceSeconds' in step) await app.advanceTime(step.advanceSeconds)
    else if ('signIn' in step) await signIn(app, values, fill(step.signIn, values), step.refused ?? false)
    else {
      const emails = await app.resetEmailsTo(email)
      const toUnknown = await app.resetEmailsTo(unknownEmail)
      const expected = 'emailWithLink' in step ? emailsSoFar + 1 : emailsSoFar
      expect(emails.length + toUnknown.length, 'emails so far').toBe(expected)
      emailsSoFar = emails.length
      if ('emailWithLink' in step) readEmail(emails.at(-1)?.text ?? '', step.emailWithLink, values)
    }
  }
}

async function exchange(app: ContractApp, values: Placeholders, step: Exchange) {
  const expected = step.response ?? step[app.disclosure]
  if (!expected) throw new Error(`${step.request} has no response for ${app.disclosure}`)
  const [method = '', path = ''] = fill(step.request, values).split(/ (.*)/s)
  const headers: Record<string, string> = fillAll(step.headers ?? {}, values)
  let body: string | undefined
  if (step.body !== undefined) {
    body = typeof step.body === 'string' ? step.body : JSON.stringify(fillAll(step.body, values))
    headers['content-type'] ??= 'application/json'
  }
  const response = await app.request({ method, path, headers, ...(body === undefined ? {} : { body }) })
  expectResponse(response, expected, values, `${step.request} ${body ?? ''}`, method)
}

/** Headers that a response has only where the scenario says so. */
const OPTIONAL_HEADERS = ['location', 'set-cookie', 'allow', 'www-authenticate', 'access-control-allow-origin']

/** Expects the status, the body byte for byte, and every header that matters. */
export function expectResponse(
  response: HttpResponse,
  [status, body, headers = {}]: ExpectedResponse,
  values: Placeholders,
  what: string,
  method = 'POST',
) {
  expect({ status: response.status, text: response.text }, what).toMatchObject({ status })
  const template = body && method !== 'HEAD' ? JSON.stringify(body) : ''
  const same = matchTemplate(response.text, template, values, '[^"]+')
  expect(same ? 'as documented' : response.text, what).toBe(same ? 'as documented' : fill(template, values))
  for (const name of OPTIONAL_HEADERS) {
    const expected = headers[name]
    if (expected === undefined) expect(response.headers[name], `${what}: ${name}`).toBeUndefined()
    else expect(response.headers[name], `${what}: ${name}`).toBe(fill(expected, values))
  }
  expectCommonHeaders(response, what)
}

/** Expects the headers that every response of a contract has. */
export function expectCommonHeaders({ status, headers }: HttpResponse, what: string) {
  const { 'content-type': type, 'retry-after': wait, 'x-request-id': id } = headers
  expect(headers, what).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("base-uri 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  expect(id, `${what}: x-request-id`).toMatch(/^[0-9a-f-]{36}$/)
  expect(type ?? 'none', `${what}: content-type`).toBe(status === 307 ? 'none' : 'application/json')
  if (status === 429 || status === 503) expect(wait, `${what}: retry-after`).toMatch(/^[1-9]\d*$/)
  else expect(wait, `${what}: retry-after`).toBeUndefined()
}

/** Takes the link and the code of an email as the values of their placeholders, in place of an older email's. */
function readEmail(text: string, linkTemplate: string, values: Placeholders) {
  const links = text.match(/https?:\/\/\S+/g) ?? []
  for (const name of ['token', 'uid', 'header', 'payload', 'signature', 'code']) delete values[name]
  expect(
    links.filter((link) => matchTemplate(link, linkTemplate, values)),
    `one link like ${linkTemplate} in the email`,
  ).toHaveLength(1)
  values.code = /^\s*(\d{6})\s*$/m.exec(text)?.[1] ?? ''
  expect(values.code, 'the code in the email').not.toBe('')
}

async function signIn(app: ContractApp, values: Placeholders, password: string, refused: boolean) {
  const session = await app.signIn(values.email as string, password)
  expect(session === '', `the sign-in with ${password} was refused`).toBe(refused)
  if (!refused) values.session = session
}
