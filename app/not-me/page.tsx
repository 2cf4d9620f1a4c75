import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { messages } from '@/messages/en'
import { NotMe } from './not-me'

export const metadata: Metadata = { title: messages.notMe.title }

/** Opening this page does nothing, since mail scanners open links; the button does. */
export default async function NotMePage({ searchParams }: PageProps<'/not-me'>) {
  const { token } = await searchParams
  return (
    <PageShell>
      <NotMe token={typeof token === 'string' ? token : ''} />
    </PageShell>
  )
}
