import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { ForgotPassword } from './forgot-password'

export const metadata: Metadata = { title: messages.forgotPassword.title }

export default async function ForgotPasswordPage() {
  const caller = await api()
  const [account, deadLink, terms, flow, pauses] = await Promise.all([
    caller.session.current(),
    caller.recovery.notice(),
    caller.recovery.terms(),
    caller.recovery.flow(),
    caller.recovery.pauses(),
  ])
  return (
    <PageShell>
      <ForgotPassword
        account={flow?.account ?? account?.email ?? ''}
        deadLink={deadLink}
        hasFlow={flow !== null}
        paused={pauses.includes('all')}
        reveal={terms.disclosure === 'reveal'}
      />
    </PageShell>
  )
}
