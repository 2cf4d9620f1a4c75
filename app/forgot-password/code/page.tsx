import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { CheckMail } from './check-mail'

export const metadata: Metadata = { title: messages.code.title }

/** The flow is a row that the browser's cookie names, so a reload and a second tab find it as it stands. */
export default async function CodePage() {
  const caller = await api()
  const [flow, terms] = await Promise.all([caller.recovery.flow(), caller.recovery.terms()])
  if (!flow) redirect('/forgot-password')
  return (
    <PageShell>
      <CheckMail
        flow={flow}
        concealed={terms.disclosure === 'conceal'}
        linkSeconds={terms.linkTtlSeconds}
        codeSeconds={terms.codeTtlSeconds}
      />
    </PageShell>
  )
}
