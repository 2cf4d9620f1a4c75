import { expect } from '@playwright/test'
import { inSteps } from './contracts'
import type { World } from './world'

/** What a stranger may ask about an account. */
const ASKED: { name: string; method: string; path: string; body?: (account: string) => object }[] = [
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
const TIMES = 5

/** Accounts of every kind, asked for again and again, are answered alike: status, headers, body. */
export async function answersAlike(world: World): Promise<void> {
  await inSteps(
    ASKED,
    ({ name }) => name,
    async ({ method, path, body }) => {
      const stories = await Promise.all([1, 2, 3].map(() => world.newStory()))
      const [known, cooling, deactivated] = stories.map(({ email }) => email) as [string, string, string]
      const unknown = known.replace(/.@/, 'x@')
      const mailed = { method: 'POST', path: '/initiate_reset_forgotten_password/' }
      const headers = { 'content-type': 'application/json' }
      await world.ask({ from: world.newAddress(), ...mailed, headers, body: JSON.stringify({ email: cooling }) })
      await world.mailsTo(cooling)
      await world.sql`update users set deactivated_at = now() where email = ${deactivated}`
      // Of those, only whether it was asked for before may be told, and that of anybody.
      const cold = path.includes('/send/') ? [] : [cooling]
      const told: string[] = []
      for (const account of [known, ...cold, deactivated, unknown]) {
        const answers = []
        for (let asked = 0; asked < TIMES; asked++) {
          const from = world.newAddress()
          const answer = body
            ? await world.ask({ from, method, path, headers, body: JSON.stringify(body(account)) })
            : await world.ask({ from, method, path: path + account })
          const { date: _, 'x-request-id': __, 'retry-after': wait, ...rest } = answer.headers
          const [text, waits] = [answer.text.replace(/0:0[01]:\d\d/, 'a minute'), wait !== undefined]
          answers.push({ status: answer.status, text, waits, headers: rest })
        }
        told.push(JSON.stringify(answers))
      }
      expect(new Set(told).size, `${method} ${path}\n${told.join('\n')}`).toBe(1)
    },
  )
}
