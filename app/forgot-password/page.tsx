import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { api, formStart } from '@/app/_trpc/server'
import { ForgotPassword } from './forgot-password'

/** After a dead link the title says so: it is the first thing that a screen reader reads. It stays while the form is used. */
export async function generateMetadata(): Promise<Metadata> {
  const [t, caller] = await Promise.all([getTranslations(), api()])
  const deadLink = await caller.recovery.notice()
  return { title: t(deadLink ? `deadLink.${deadLink}.title` : 'forgotPassword.title') }
}

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
