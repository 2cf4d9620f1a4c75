import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart, lastDone } from '@/app/_trpc/server'
import { StopEmails } from './stop-emails'

export const generateMetadata = pageTitle('stopEmails')

/** Opening this page changes nothing, because mail scanners open links. Only its buttons do. */
export default async function StopEmailsPage() {
  const caller = await api()
  const [form, start, done] = await Promise.all([caller.recovery.stopEmailsForm(), formStart(), lastDone()])
  return (
    <PageShell>
      <ClientTexts parts={['stopEmails', 'deadLink', 'errors', 'retry', 'support']}>
        <StopEmails
          binding={form?.binding ?? null}
          stoppedUntil={done?.what === 'emails-stopped' && Date.parse(done.detail) ? done.detail : null}
          allowed={done?.what === 'emails-allowed'}
          start={start}
        />
      </ClientTexts>
    </PageShell>
  )
}
