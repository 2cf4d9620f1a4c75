import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart, lastDone } from '@/app/_trpc/server'
import { SecureAccount } from './secure-account'

export const generateMetadata = pageTitle('secureAccount')

/** Opening this page changes nothing, because mail scanners open links. Only its button does. */
export default async function SecureAccountPage() {
  const caller = await api()
  const [form, start, done] = await Promise.all([caller.recovery.secureAccountForm(), formStart(), lastDone()])
  return (
    <PageShell>
      <ClientTexts parts={['secureAccount', 'deadLink', 'errors', 'retry', 'support']}>
        <SecureAccount binding={form?.binding ?? null} done={done?.what} start={start} />
      </ClientTexts>
    </PageShell>
  )
}
