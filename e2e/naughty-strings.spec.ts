import type { APIRequestContext } from '@playwright/test'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { PASSWORD } from './accounts'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'

/** Strings that would be markup if they were not escaped. */
const MARKUP = naughtyStrings.filter((text) => /<\w/.test(text) && !text.includes('\0'))

/** In `npm test` a sample, because each name needs an account and an email. */
const some = (texts: string[], count: number) =>
  process.env.TEST_ALL ? texts : texts.filter((_, at) => at % Math.ceil(texts.length / count) === 0)

async function expectEscaped(request: APIRequestContext, path: string, value: string, headers = {}) {
  const answer = await request.get(path, { headers, maxRedirects: 0 })
  expect(answer.status(), `${path} with ${value}`).toBeLessThan(500)
  expect(await answer.text(), `${path} with ${value}`).not.toContain(value)
  return answer
}

test('a name that looks like markup is text on the account page and in emails', async ({
  newAccount,
  playwright,
  baseURL,
}) => {
  for (const name of some(MARKUP, 6)) {
    const robin = await newAccount(name)
    const request = await playwright.request.newContext({ baseURL: baseURL as string })
    const signIn = await request.post('/api/trpc/session.signIn', {
      data: { account: robin.email, password: PASSWORD },
    })
    expect(signIn.status()).toBe(200)
    expect((await expectEscaped(request, '/account', name)).status()).toBe(200)
    await request.post('/api/trpc/recovery.request', { data: { account: robin.email } })
    await readResetEmail(robin)
    const list = await (await expectEscaped(request, '/dev/mailbox', name)).text()
    for (const [path] of list.matchAll(/\/dev\/mailbox\/[\w-]+(?=")/g)) {
      const email = await expectEscaped(request, path, name)
      if ((await email.text()).includes(robin.email)) break
    }
    await request.dispose()
  }
})

test('a naughty string in an address or a cookie is no server error and no markup', async ({ request }) => {
  for (const value of some(MARKUP, 8)) {
    const escaped = encodeURIComponent(value.toWellFormed())
    await expectEscaped(request, `/${escaped}`, value)
    await expectEscaped(request, `/reset-password/${escaped}/${escaped}/`, value)
    await expectEscaped(request, `/forgot-password?account=${escaped}`, value)
    await expectEscaped(request, `/dev/mailbox/${escaped}`, value)
    const cookie = ['reset', 'flow', 'notice', 'session'].map((name) => `latchkey-${name}=${escaped}`).join('; ')
    for (const path of ['/reset-password', '/forgot-password', '/forgot-password/code'])
      await expectEscaped(request, path, value, { cookie })
  }
})
