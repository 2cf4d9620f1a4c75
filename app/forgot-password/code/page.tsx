import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { CheckEmail } from './check-email'

export const metadata: Metadata = { title: messages.code.title }

/** The browser's cookie names the flow's row, so a reload and a second tab show the same state. */
export default async function CodePage() {
  const caller = await api()
  const [flow, terms, pauses] = await Promise.all([
    caller.recovery.flow(),
    caller.recovery.terms(),
    caller.recovery.pauses(),
  ])
  if (!flow) redirect('/forgot-password')
  return (
    <PageShell>
      <CheckEmail
        flow={flow}
        pauses={pauses}
        concealed={terms.disclosure === 'conceal'}
        linkSeconds={terms.linkTtlSeconds}
        codeSeconds={terms.codeTtlSeconds}
      />
    </PageShell>
  )
}
