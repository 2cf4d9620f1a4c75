import type { Metadata } from 'next'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { DeadLinkMessage } from './dead-link-message'
import { ResetPassword } from './reset-password'

export const metadata: Metadata = { title: messages.resetPassword.title }

export default async function ResetPasswordPage() {
  const caller = await api()
  const link = await caller.recovery.linkState()
  if (link.state === 'too-many-requests') {
    return (
      <PageShell>
        <PageHeading>{messages.resetPassword.title}</PageHeading>
        <RefusalNotice refusal={{ reason: link.state, details: link, fields: {} }} />
      </PageShell>
    )
  }
  return (
    <PageShell>
      {link.state === 'live' ? (
        <ResetPassword
          secret={link.secret}
          passwordMinLength={link.passwordMinLength}
          // A duration rather than a time, because the device's clock may be wrong.
          secondsLeft={Math.max(0, (Date.parse(link.expiresAt) - Date.now()) / 1000)}
        />
      ) : (
        <DeadLinkMessage reason={link.state} />
      )}
    </PageShell>
  )
}
