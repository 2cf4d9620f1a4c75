import { expect } from '@playwright/test'
import type { ContractApp } from './contract-app'
import { testEach } from './load-scenarios'

interface PublicRequest {
  name: string
  method: 'GET' | 'POST' | 'PUT'
  path: string
  body?: (account: string) => object
}

/** Every request about an account that takes no session. */
const PUBLIC_REQUESTS: PublicRequest[] = [
  { name: 'accounts', method: 'PUT', path: '/api/accounts/forgot_password', body: (email) => ({ email }) },
  { name: 'initiate', method: 'POST', path: '/initiate_reset_forgotten_password/', body: (email) => ({ email }) },
  { name: 'views', method: 'POST', path: '/forgot-password/', body: (email) => ({ email }) },
  { name: 'jwt', method: 'POST', path: '/api/auth/forgot-password/', body: (email) => ({ email }) },
  { name: 'v1', method: 'POST', path: '/api/v1/auth/password-reset-email', body: (email) => ({ email }) },
  { name: 'locate', method: 'GET', path: '/secure/reset-password/locate/?account=' },
  { name: 'send', method: 'POST', path: '/secure/reset-password/send/', body: (account) => ({ account }) },
  {
    name: 'verify',
    method: 'POST',
    path: '/secure/reset-password/verify/',
    body: (account) => ({ account, code: '000000' }),
  },
]
const REPETITIONS = 5

/** Expects the same statuses, headers and bodies for every kind of account, however often one is asked about. */
export async function answersAlike(app: ContractApp): Promise<void> {
  await testEach(
    PUBLIC_REQUESTS,
    ({ name }) => name,
    async (request) => {
      const accounts = await Promise.all([1, 2, 3].map(() => app.newAccount()))
      const [known, coolingDown, deactivated] = accounts.map(({ email }) => email) as [string, string, string]
      const unknown = known.replace(/.@/, 'x@')
      await app.sendJson('POST', '/initiate_reset_forgotten_password/', { email: coolingDown })
      await app.resetEmailsTo(coolingDown)
      await app.deactivate(deactivated)
      // `send` documents a 429 within the cooldown. It may reveal that, and does so for unknown accounts as well.
      const alsoCoolingDown = request.path.includes('/send/') ? [] : [coolingDown]
      const answers: string[] = []
      for (const account of [known, ...alsoCoolingDown, deactivated, unknown]) {
        answers.push(JSON.stringify(await answersFor(app, request, account)))
      }
      expect(new Set(answers).size, `${request.method} ${request.path}\n${answers.join('\n')}`).toBe(1)
    },
  )
}

/** The responses to repeated requests, without what differs from one request to the next. */
async function answersFor(app: ContractApp, { method, path, body }: PublicRequest, account: string) {
  const answers = []
  for (let sent = 0; sent < REPETITIONS; sent++) {
    const { status, text, headers } =
      body && method !== 'GET'
        ? await app.sendJson(method, path, body(account))
        : await app.request({ method, path: path + account })
    const { date: _, 'x-request-id': __, 'retry-after': wait, ...rest } = headers
    const textWithoutTime = text.replace(/0:0[01]:\d\d/, 'a minute')
    answers.push({ status, text: textWithoutTime, hasToWait: wait !== undefined, headers: rest })
  }
  return answers
}
