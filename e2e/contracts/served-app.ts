import { insertAccount, type TestAccount } from '@/e2e/accounts'
import { emailsTo } from '@/e2e/mailbox'
import { insertMember, signInAsMember } from '@/e2e/members'
import type { Database } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { startExternalApp } from '@/server/testing/external-app'

/** An app for the contract tests, with what depends on whose accounts it recovers. */
export interface ServedApp extends Pick<TestApp, 'url' | 'databaseUrl' | 'serviceApiKey' | 'stop'> {
  /** The password of the demo accounts, if there are any. */
  demoPassword: string
  addAccount(db: Database): Promise<TestAccount>
  /** Signs in to the other application, if that has the accounts. The session token is empty when it refuses. */
  signIn?(db: Database, account: string, password: string): Promise<string>
  /** The emails with this subject to an address that were sent so far, the oldest first. */
  emailsTo(address: string, subject: string): Promise<{ text: string }[]>
}

/** Serves Latchkey's own accounts. */
export async function serveOwnAccounts(variables: Record<string, string>): Promise<ServedApp> {
  const app = await startTestApp(variables)
  return {
    ...app,
    demoPassword: app.password,
    addAccount: (db) => insertAccount(db),
    emailsTo: (address, subject) => emailsTo(app.mailboxDir, address, subject),
  }
}

/** Serves the accounts of another application, whose usernames are the first part of their addresses. */
export async function serveExternalAccounts(variables: Record<string, string>): Promise<ServedApp> {
  const app = await startExternalApp(variables)
  return {
    ...app,
    demoPassword: '',
    addAccount: (db) => insertMember(db),
    signIn: (db, account, password) => signInAsMember(db, account.replace(/@.*/, ''), password),
    emailsTo: async (address, subject) =>
      app.resend.accepted
        .filter((email) => email.to.includes(address) && email.subject === subject)
        .map(({ text = '' }) => ({ text })),
  }
}
