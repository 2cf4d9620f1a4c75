import { expect, test } from '@playwright/test'
import { Attacker } from '@/scripts/attack/attacker'
import { createHttpClient } from '@/scripts/attack/http-client'
import { PROMISE_GROUPS } from '@/scripts/attack/promises/all'
import { mailboxReader } from '@/scripts/attack/read-email'
import { lineOf, type Outcome, runPromises } from '@/scripts/attack/run-promises'
import { createDatabase } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount } from './accounts'
import { advanceTime } from './contracts/advance-time'

/** What cannot be seen of a server on http, or of the demo. */
const NOT_VISIBLE_HERE = ['On https, browsers are told to use nothing else for at least a year']

let app: TestApp
test.beforeAll(async () => {
  app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal' })
})
test.afterAll(() => app?.stop())

test('npm run attack breaks no promise of two servers behind one database', async () => {
  const second = await app.startSecondServer()
  const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
  const { email: account, username, password } = await insertAccount(db)
  const client = createHttpClient(app.url, [app.url.replace('localhost', '127.0.0.1'), second])
  const pause = (seconds: number) => advanceTime(db.$client, seconds)
  const emails = mailboxReader(client, account)
  const attacker = new Attacker({ client, account, username, password, emails, pause })
  const lines: string[] = []
  const outcomes = await runPromises(attacker, PROMISE_GROUPS, (outcome) => lines.push(lineOf(outcome)))
  client.close()
  await close()

  const of = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict)
  expect(of('BROKEN').map(lineOf)).toEqual([])
  expect(of('not checked').map(({ holds }) => holds)).toEqual(NOT_VISIBLE_HERE)
  expect(of('ok').length).toBeGreaterThan(40)
})
