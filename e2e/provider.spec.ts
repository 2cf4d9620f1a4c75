import { expect } from '@playwright/test'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { addAccount } from '@/server/accounts/add-account'
import { createDatabase } from '@/server/db/client'
import { startTestApp } from '@/server/testing/app'
import { startFakeResend } from '@/server/testing/fake-resend'
import { choosePassword, failToSignIn, NEW_PASSWORD, signIn, test } from './people'

test('on a PostgreSQL of its owner, the real SDK mails through Resend, and nothing secret is kept or logged', async ({
  page,
}) => {
  const postgres = await startTemporaryPostgres()
  const resend = await startFakeResend({ apiKey: 're_stand_in_key' })
  const output: string[] = []
  const app = await startTestApp(
    {
      DATABASE_URL: postgres.url,
      APP_SECRET: 'a secret of this one test that is long enough',
      RESEND_API_KEY: 're_stand_in_key',
      RESEND_BASE_URL: resend.url,
      MAIL_FROM: 'Latchkey <accounts@example.org>',
      LOG_LEVEL: 'debug',
    },
    (chunk) => output.push(chunk),
  )
  const { db, close } = createDatabase(postgres.url, { maxConnections: 1 })
  try {
    const robin = {
      email: 'robin@example.com',
      username: 'robin',
      fullName: 'Robin <b>Reader</b>',
      password: 'walnut bicycle north 7',
    }
    await addAccount(db, robin)

    // Without the embedded database accounts are concealed, and there is no mailbox to look into.
    expect((await page.goto(`${app.url}/dev/mailbox`))?.status()).toBe(404)
    for (const account of ['nobody@example.com', robin.email]) {
      await page.goto(`${app.url}/forgot-password`)
      await page.getByLabel('Email or username').fill(account)
      await page.getByRole('button', { name: 'Mail me' }).click()
      await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
    }
    const mail = await resend.waitForEmail((one) => one.to.includes(robin.email))
    expect(mail.from).toBe('Latchkey <accounts@example.org>')
    expect(mail.headers['Auto-Submitted']).toBe('auto-generated')
    expect(mail.html).toContain('Robin &lt;b&gt;Reader&lt;/b&gt;')
    const link = /http\S+token=[\w-]{43}/.exec(mail.text ?? '')?.[0] ?? ''
    const token = link.split('token=')[1] as string

    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))
    await page.goto(link)
    await choosePassword(page, NEW_PASSWORD)
    await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
    await resend.waitForEmail((one) => one.subject === 'Your password was changed')
    expect(resend.accepted.map((one) => one.to)).toEqual([[robin.email], [robin.email]])

    await page.goto(`${app.url}/sign-in`)
    await failToSignIn(page, robin.email, robin.password, app.url)
    await signIn(page, robin.email, NEW_PASSWORD, app.url)
    const cookies = await page.context().cookies()
    const session = cookies.find((cookie) => cookie.name.endsWith('session'))?.value as string

    // The link's own address is the only one that ever held the token.
    expect(addresses.filter((address) => address.includes(token))).toEqual([link])
    const secrets = [token, session, /^\d{6}$/m.exec(mail.text ?? '')?.[0], robin.password, NEW_PASSWORD]
    const kept = JSON.stringify(await everyRow(db))
    for (const secret of secrets.filter((value) => value !== undefined)) {
      expect(output.join(''), 'in the log').not.toContain(secret)
      expect(kept, 'in the database').not.toContain(secret)
      expect(kept, 'in the database, as bytes').not.toContain(Buffer.from(secret).toString('hex'))
    }
    expect(output.join('')).toContain('emails sent')
  } finally {
    await close()
    await app.stop()
    await resend.close()
    await postgres.stop()
  }
})

/** Every row of every table, as text. */
async function everyRow(db: ReturnType<typeof createDatabase>['db']) {
  const tables = await db.execute<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'",
  )
  const rows = []
  for (const { name } of tables) rows.push(...(await db.execute(`select to_jsonb(t) as row from ${name} t`)))
  return rows
}
