import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { StopEmails } from './stop-emails'

export const metadata: Metadata = { title: messages.stopEmails.title }

/** Opening this page changes nothing, because mail scanners open links. Only its buttons do. */
export default async function StopEmailsPage() {
  const caller = await api()
  const form = await caller.recovery.stopEmailsForm()
  return (
    <PageShell>
      <StopEmails binding={form?.binding ?? null} />
    </PageShell>
  )
}
