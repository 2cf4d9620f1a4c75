import { expect, test } from '@playwright/test'
import postgres from 'postgres'
import { createDatabase } from '@/server/db/client'
import { startTestApp } from '@/server/testing/app'
import { startFakeResend } from '@/server/testing/fake-resend'
import { insertAccount, NEW_PASSWORD } from './accounts'
import { codeIn, linkIn } from './mailbox'
import { accountField, choosePassword, expectHeading, expectSignInRefused, signIn } from './page-actions'
import { words } from './words'

/** Creates an empty database on the PostgreSQL server of the shared app. It plays the operator's own database. */
async function createEmptyDatabase(): Promise<string> {
  const url = new URL(process.env.E2E_DATABASE_URL as string)
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  await sql.unsafe('drop database if exists provider_test with (force)')
  await sql.unsafe('create database provider_test')
  await sql.end()
  url.pathname = 'provider_test'
  return url.href
}

/** Every row of every table, as JSON. */
async function everyRow({ $client: sql }: ReturnType<typeof createDatabase>['db']) {
  const tables = await sql`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`
  const rows = []
  for (const { name } of tables) rows.push(...(await sql.unsafe(`select to_jsonb(t) as row from ${name} t`)))
  return rows
}

test('with DATABASE_URL and Resend, the whole recovery works and no secret is stored or logged', async ({ page }) => {
  const databaseUrl = await createEmptyDatabase()
  const resend = await startFakeResend({ apiKey: 're_test_key' })
  const output: string[] = []
  const app = await startTestApp(
    {
      DATABASE_URL: databaseUrl,
      APP_SECRET: 'a secret of this one test that is long enough',
      RESEND_API_KEY: 're_test_key',
      RESEND_BASE_URL: resend.url,
      MAIL_FROM: 'Latchkey <accounts@example.org>',
      LOG_LEVEL: 'debug',
    },
    (chunk) => output.push(chunk),
  )
  const { db, close } = createDatabase(databaseUrl, { maxConnections: 1 })
  try {
    const robin = await insertAccount(db, 'Robin <b>Reader</b>')

    // Without the embedded database, accounts are concealed and there is no mailbox.
    for (const path of ['/dev/mailbox', '/dev/mailbox/messages.json', `/dev/mailbox/messages.json?to=${robin.email}`])
      expect((await page.goto(`${app.url}${path}`))?.status(), path).toBe(404)
    for (const account of ['unknown@example.com', robin.email]) {
      await page.goto(`${app.url}/forgot-password`)
      await accountField(page).fill(account)
      await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
      await expectHeading(page, words('code.title'))
    }
    const email = await resend.waitForEmail(({ to }) => to.includes(robin.email), 60_000)
    expect(email.from).toBe('Latchkey <accounts@example.org>')
    expect(email.headers['Auto-Submitted']).toBe('auto-generated')
    // Markup is shown as text, and nothing in a name looks like an address.
    expect(email.html).toContain('Robin &lt;b&gt;Reader&lt;/ b&gt;')
    const text = { text: email.text ?? '' }
    const link = linkIn(text)
    const token = link.split('token=')[1] as string
    expect(token).toMatch(/^[\w-]{43}$/)

    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))
    await page.goto(link)
    await expectHeading(page, words('resetPassword.title'))
    // The title and the form are made from one look at the link.
    const counts =
      await db.$client`select count from latchkey.rate_limits where bucket like 'show-reset-form network %'`
    expect([...new Set(counts.map(({ count }) => count))]).toEqual([1]) // of the address and of each network it belongs to
    await choosePassword(page, NEW_PASSWORD)
    await expectHeading(page, words('resetPassword.doneTitle'))
    await resend.waitForEmail(({ subject }) => subject === 'Your Latchkey password was changed', 60_000)
    expect(resend.accepted.map(({ to }) => to)).toEqual([[robin.email], [robin.email]])

    await expectSignInRefused(page, robin.email, robin.password, app.url)
    await signIn(page, robin.email, NEW_PASSWORD, app.url)
    const cookies = await page.context().cookies()
    const session = cookies.find((cookie) => cookie.name.endsWith('session'))?.value as string

    // Only the address of the link itself ever held the token.
    expect(addresses.filter((address) => address.includes(token))).toEqual([link])
    const secrets = [token, session, codeIn(text), robin.password, NEW_PASSWORD]
    const stored = JSON.stringify(await everyRow(db))
    const logged = output.join('')
    for (const secret of secrets) {
      expect(secret).not.toBe('')
      expect(logged, 'the log').not.toContain(secret)
      expect(stored, 'the database').not.toContain(secret)
      expect(stored, 'the database, as bytes').not.toContain(Buffer.from(secret).toString('hex'))
    }
    expect(logged).toContain('emails sent')
  } finally {
    await close()
    await app.stop()
    await resend.close()
  }
})
