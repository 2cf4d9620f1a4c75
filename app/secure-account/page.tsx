import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { messages } from '@/messages/en'
import { SecureAccount } from './secure-account'

export const metadata: Metadata = { title: messages.secureAccount.title }

/** Opening this page changes nothing, because mail scanners open links. Only its button does. */
export default async function SecureAccountPage({ searchParams }: PageProps<'/secure-account'>) {
  const { token } = await searchParams
  return (
    <PageShell>
      <SecureAccount token={typeof token === 'string' ? token : ''} />
    </PageShell>
  )
}
