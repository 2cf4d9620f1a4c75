import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { PASSWORD, type TestAccount } from '@/e2e/accounts'
import { hashPassword } from '@/server/accounts/password-hash'
import type { Database } from '@/server/db/client'
import { users } from '@/server/db/schema'
import type { Locale } from '@/server/language/languages'

const ENGLISH = { email: 'ada@example.com', username: 'ada', fullName: 'Ada Lovelace' }

/** Accounts with natural names, for the pictures. */
const PEOPLE: Partial<Record<Locale, typeof ENGLISH>> = {
  en: ENGLISH,
  ar: { email: 'layla@example.com', username: 'layla', fullName: 'ليلى حداد' },
}

/** Adds the person as a new account without a history. An earlier account of the person is renamed. */
export async function addNaturalAccount(db: Database, mailboxDir: string, locale: Locale): Promise<TestAccount> {
  const person = PEOPLE[locale] ?? ENGLISH
  for (const name of (await readdir(mailboxDir).catch(() => [])).filter((name) => name.endsWith('.json'))) {
    const file = path.join(mailboxDir, name)
    // The mailbox removes its oldest emails itself.
    const email = await readFile(file, 'utf8').catch(() => '')
    if (email.includes(person.email)) await rm(file, { force: true })
  }
  const past = randomBytes(6).toString('hex')
  await db.execute(sql`update latchkey.users set email = ${`${past}@example.com`}, username = ${past}
    where username = ${person.username}`)
  // Countdowns and lockouts that belong to a typed name would reach the new account.
  await db.execute(sql`delete from latchkey.rate_limits where bucket like 'cooldown %'`)
  await db.execute(sql`delete from latchkey.code_lockouts where subject not like 'account %'`)
  await db.insert(users).values({ ...person, passwordHash: await hashPassword({ passwordHash: 'argon2id' }, PASSWORD) })
  return { ...person, password: PASSWORD }
}
