import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { SecureAccount } from './secure-account'

export const metadata: Metadata = { title: messages.secureAccount.title }

/** Opening this page changes nothing, because mail scanners open links. Only its button does. */
export default async function SecureAccountPage() {
  const caller = await api()
  const form = await caller.recovery.secureAccountForm()
  return (
    <PageShell>
      <SecureAccount binding={form?.binding ?? null} />
    </PageShell>
  )
}
