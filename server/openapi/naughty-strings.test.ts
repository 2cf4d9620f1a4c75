import { readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { z } from 'zod'
import { statedProcedures } from '@/server/api/openapi'
import { API_ORIGIN, stubApiEnvironment } from '@/server/testing/api-client'
import { newClientAddress } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }

/** The Big List of Naughty Strings (MIT, see naughty-strings.LICENSE) through every text field that the routes read. */
const ROOT = path.resolve(import.meta.dirname, '..', '..')
const { url } = await createTestDatabase()

type Handler = (request: Request, route: { params: Promise<Record<string, string>> }) => Promise<Response>
type Sent = {
  query?: string
  body?: object
  form?: Record<string, string>
  params?: Record<string, string>
  headers?: Record<string, string>
}

/** A field of a route, with a request whose other fields are well-formed. */
interface Field {
  name: string
  route: string
  method: string
  request: (value: string) => Sent
  /** Only one in so many strings is sent: the password is hashed for each. */
  every?: number
}

const WELL_FORMED: Record<string, string> = {
  account: 'robin@example.com',
  email: 'robin@example.com',
  code: '123456',
  token: 'A'.repeat(43),
  password: 'plum river lantern 42',
  confirmPassword: 'plum river lantern 42',
  repassword: 'plum river lantern 42',
  new_password: 'plum river lantern 42',
  confirm_password: 'plum river lantern 42',
  binding: 'x',
  id: '00000000-0000-0000-0000-000000000000',
  uidb64: 'MQ',
}

const wellFormed = (names: string[]) => Object.fromEntries(names.map((name) => [name, WELL_FORMED[name] ?? '']))

/** One field for each name of a JSON body. */
const bodyFields = (
  route: string,
  method: string,
  names: string[],
  extra: Omit<Sent, 'body'> = {},
  every = 1,
): Field[] =>
  names.map((name) => ({
    name: `${method} ${route} ${name}`,
    route,
    method,
    every,
    request: (value) => ({ ...extra, body: { ...wellFormed(names), [name]: value } }),
  }))

/** One field for each name of a form that is posted without JavaScript. */
const formFields = (route: string, names: string[]): Field[] =>
  names.map((name) => ({
    name: `POST ${route} ${name}`,
    route,
    method: 'POST',
    request: (value) => ({ form: { ...wellFormed(names), [name]: value } }),
  }))

const queryField = (route: string, name: string): Field => ({
  name: `GET ${route} ?${name}`,
  route,
  method: 'GET',
  request: (value) => ({ query: `${name}=${encodeURIComponent(value)}` }),
})

const paramFields = (route: string, method: string, names: string[], body?: object): Field[] =>
  names.map((name) => ({
    name: `${method} ${route} ${name}`,
    route,
    method,
    request: (value) => ({ params: { ...wellFormed(names), [name]: value }, ...(body && { body }) }),
  }))

const TRPC = 'api/trpc/[trpc]'
const queryProcedure = (name: string, field: string): Field => ({
  name: `${name} ${field}`,
  route: TRPC,
  method: 'GET',
  request: (value) => ({
    params: { trpc: name },
    query: `input=${encodeURIComponent(JSON.stringify({ [field]: value }))}`,
  }),
})

/** Every field of the input of every procedure. */
const PROCEDURE_FIELDS: Field[] = statedProcedures().flatMap(([name, { inputs, type }]) => {
  const names = Object.keys((inputs[0] as z.ZodObject | undefined)?.shape ?? {})
  if (type === 'query') return names.map((field) => queryProcedure(name, field))
  const fields = bodyFields(TRPC, 'POST', names, { params: { trpc: name } }, name === 'session.signIn' ? 20 : 1)
  return fields.map((field, at) => ({ ...field, name: `${name} ${names[at]}` }))
})

const PASSWORDS = { new_password: WELL_FORMED.password, confirm_password: WELL_FORMED.password }
const MAILED = '(contracts)/reset-password/[uidb64]/[token]'
const UPDATE = '(contracts)/secure/reset-password/update/[token]'

const FIELDS: Field[] = [
  ...PROCEDURE_FIELDS,
  ...bodyFields('(contracts)/api/accounts/forgot_password', 'PUT', ['email']),
  queryField('(contracts)/api/accounts/forgot_password', 'token'),
  ...bodyFields('(contracts)/initiate_reset_forgotten_password', 'POST', ['email']),
  ...bodyFields('(contracts)/shared-path/forgot-password', 'POST', ['email']),
  queryField('(contracts)/shared-path/reset-password', 'token'),
  queryField('shared-path/secure-account', 'token'),
  queryField('shared-path/stop-emails', 'token'),
  ...paramFields(MAILED, 'GET', ['uidb64', 'token']),
  ...paramFields(MAILED, 'POST', ['uidb64', 'token'], PASSWORDS),
  ...bodyFields(MAILED, 'POST', ['new_password', 'confirm_password'], { params: wellFormed(['uidb64', 'token']) }),
  ...bodyFields('(contracts)/api/auth/forgot-password', 'POST', ['email']),
  ...bodyFields('(contracts)/api/auth/reset-password', 'POST', ['token', 'new_password', 'confirm_password']),
  queryField('(contracts)/secure/reset-password/locate', 'account'),
  ...bodyFields('(contracts)/secure/reset-password/send', 'POST', ['account']),
  ...bodyFields('(contracts)/secure/reset-password/verify', 'POST', ['account', 'code']),
  ...paramFields(UPDATE, 'GET', ['token']),
  ...bodyFields(UPDATE, 'POST', ['password', 'repassword'], { params: wellFormed(['token']) }),
  ...bodyFields('(contracts)/api/v1/auth/password-reset-email', 'POST', ['email']),
  ...formFields('language', ['language', 'from']),
  queryField('dev/mailbox/messages.json', 'to'),
]

/** Cookies and headers that we read. */
const HEADERS = ['cookie', 'authorization', 'user-agent', 'accept', 'x-forwarded-for', 'origin', 'content-type', 'host']
const COOKIES = ['session', 'reset', 'flow', 'notice'].map((name) => `latchkey-${name}`)

const handlers = new Map<string, Record<string, Handler>>()

beforeAll(async () => {
  stubApiEnvironment(url)
  for (const route of [...new Set(FIELDS.map((field) => field.route))])
    handlers.set(route, await import(path.join(ROOT, 'app', route, 'route.ts')))
})

/** Text as a header can carry it: bytes if it has no others, else escaped. */
function headerText(value: string): string {
  try {
    new Headers({ x: value })
    return value
  } catch {
    return encodeURIComponent(value.toWellFormed())
  }
}

async function send({ route, method }: Pick<Field, 'route' | 'method'>, sent: Sent): Promise<Response> {
  const { query = '', body, form, params = {}, headers = {} } = sent
  const handler = handlers.get(route)?.[method] as Handler
  const address = `${API_ORIGIN}/api/trpc/${params.trpc ?? ''}${query && `?${query}`}`
  const request = new Request(address, {
    method,
    headers: {
      'x-latchkey-socket-address': newClientAddress(),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(form && { body: new URLSearchParams(form) }),
  })
  return handler(request, { params: Promise.resolve(params) })
}

/** In `npm test`, each string reaches a twelfth of the fields. */
const SHARE = process.env.TEST_ALL ? 1 : 12

/** Makes the calls, eight at a time. */
async function callAll(calls: (() => Promise<unknown>)[]) {
  for (let at = 0; at < calls.length; at += 8) await Promise.all(calls.slice(at, at + 8).map((call) => call()))
}

async function expectNoServerError(name: string, value: string, sending: () => Promise<Response>) {
  const response = await sending()
  const text = await response.text()
  expect(response.status, `${name}: ${JSON.stringify(value)} was answered ${text}`).toBeLessThan(500)
  const type = response.headers.get('content-type')
  expect(type ?? '', `${name}: ${text}`).not.toMatch(/html|xml|svg|script/)
}

it('no naughty string in a field of any route causes a server error', async () => {
  const calls = FIELDS.flatMap((field, index) =>
    naughtyStrings.flatMap((value, at) => {
      const isLeftOut = (at + index) % SHARE > 0 || at % (field.every ?? 1) > 0
      return isLeftOut ? [] : () => expectNoServerError(field.name, value, () => send(field, field.request(value)))
    }),
  )
  expect(calls.length).toBeGreaterThan(1_200)
  await callAll(calls)
})

it('no naughty string in a cookie or header that is read causes a server error', async () => {
  const target = { route: TRPC, method: 'POST' }
  const contract = { route: '(contracts)/api/accounts/forgot_password', method: 'PUT' }
  const calls = naughtyStrings.flatMap((value, at) =>
    HEADERS.filter((_, index) => (at + index) % SHARE === 0).flatMap((name) => {
      const text = headerText(value)
      const header = name === 'cookie' ? COOKIES.map((cookie) => `${cookie}=${text}`).join('; ') : text
      const headers = { [name]: name === 'authorization' ? `Bearer ${text}` : header }
      const code = { params: { trpc: 'recovery.verifyCode' }, body: { code: '123456' }, headers }
      const state = { params: { trpc: 'recovery.linkState' }, headers }
      return [
        () => expectNoServerError(name, value, () => send(target, code)),
        () => expectNoServerError(name, value, () => send(contract, { headers, body: {} })),
        () => expectNoServerError(name, value, () => send({ ...target, method: 'GET' }, state)),
      ]
    }),
  )
  await callAll(calls)
})

it('every route that takes input has its fields here, and so has every procedure', () => {
  expect(PROCEDURE_FIELDS.length).toBeGreaterThan(10)
  const routes = readdirSync(path.join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('route.ts'))
    .map((name) => path.dirname(name))
  const withoutInput = [
    '.well-known/security.txt',
    'brand/icon',
    'api/form-too-large',
    'api/misdirected',
    'api/openapi.json',
    'healthz',
    'readyz',
  ]
  const signed = ['api/cron/deliver-mail', 'api/webhooks/resend'] // a secret or a signature comes first
  const covered = new Set([...FIELDS.map(({ route }) => route), ...withoutInput, ...signed])
  expect(routes.filter((route) => !covered.has(route))).toEqual([])
})
