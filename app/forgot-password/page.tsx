import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart } from '@/app/_trpc/server'
import { ForgotPassword } from './forgot-password'

export const generateMetadata = pageTitle('forgotPassword')

export default async function ForgotPasswordPage() {
  const caller = await api()
  const [account, deadLink, terms, flow, pauses, start] = await Promise.all([
    caller.session.current(),
    caller.recovery.notice(),
    caller.recovery.terms(),
    caller.recovery.flow(),
    caller.recovery.pauses(),
    formStart(),
  ])
  return (
    <PageShell>
      <ClientTexts
        parts={['forgotPassword', 'confirmAccount', 'deadLink', 'paused', 'field', 'errors', 'retry', 'support']}
      >
        <ForgotPassword
          start={start}
          account={flow?.account ?? account?.email ?? ''}
          deadLink={deadLink}
          hasFlow={flow !== null}
          paused={pauses.includes('all')}
          reveal={terms.disclosure === 'reveal'}
        />
      </ClientTexts>
    </PageShell>
  )
}
