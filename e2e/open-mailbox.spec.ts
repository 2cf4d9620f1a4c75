import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { insertAccount } from './accounts'
import { expect, test } from './fixtures'
import { openCodePage } from './page-actions'
import { words } from './words'

/** An account with an address at this domain. */
async function accountAt(db: Database, domain: string) {
  const { username } = await insertAccount(db)
  const email = `${username}@${domain}`
  await db.execute(sql`update latchkey.users set email = ${email} where username = ${username}`)
  return { username, email }
}

const openLink = 'a[target="_blank"]'

for (const javaScriptEnabled of [true, false]) {
  test.describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, {
    tag: javaScriptEnabled ? [] : '@all',
  }, () => {
    test.use({ javaScriptEnabled })

    test('the code page has a link to the mailbox of the typed address, in a new tab', async ({ page, db }) => {
      const { email } = await accountAt(db, 'googlemail.com')
      await openCodePage(page, email.toUpperCase())
      const name = `${words('code.openMailbox', { provider: 'Gmail' })} ${words('code.newTab')}`
      const link = page.getByRole('link', { name, exact: true })
      await expect(link).toHaveAttribute('href', 'https://mail.google.com/mail/')
      await expect(link).toHaveAttribute('target', '_blank')
      await expect(link).toHaveAttribute('rel', 'noreferrer noopener')
    })

    test('there is no link for a username, whatever the account’s address, and none for an unknown domain', async ({
      page,
      db,
      newAccount,
    }) => {
      await openCodePage(page, (await accountAt(db, 'gmail.com')).username)
      await expect(page.locator(openLink)).toHaveCount(0)
      await openCodePage(page, (await newAccount()).email)
      await expect(page.locator(openLink)).toHaveCount(0)
    })
  })
}
