import { insertAccount, type TestAccount } from '@/e2e/accounts'
import { insertMember, signInAsMember } from '@/e2e/members'
import { seedDemoAccounts } from '@/server/accounts/own/seed'
import type { Database } from '@/server/db/client'
import type { TestApp } from '@/server/testing/app'
import { startExternalApp } from '@/server/testing/external-app'
import type { FakeResend } from '@/server/testing/fake-resend'
import { startPublicApp } from '@/server/testing/public-app'

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

const DEMO_PASSWORD = 'a password of these tests'

/** Serves Latchkey's own accounts, and not as a demo: that would refuse the forged hosts of some scenarios. */
export async function serveOwnAccounts(variables: Record<string, string>): Promise<ServedApp> {
  const app = await startPublicApp('own', variables)
  await seedDemoAccounts(app.databaseUrl, DEMO_PASSWORD)
  return {
    ...app,
    demoPassword: DEMO_PASSWORD,
    addAccount: (db) => insertAccount(db),
    emailsTo: async (address, subject) => acceptedBy(app.resend, address, subject),
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
    emailsTo: async (address, subject) => acceptedBy(app.resend, address, subject),
  }
}

/** The emails that the provider has accepted. */
const acceptedBy = (resend: FakeResend, address: string, subject: string) =>
  resend.accepted
    .filter((email) => email.to.includes(address) && email.subject === subject)
    .map(({ text = '' }) => ({ text }))
