import type { Metadata } from 'next'
import { PageShell } from '@/app/_components/page-shell'
import { api } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { env } from '@/server/env'
import { ForgotPassword } from './forgot-password'

export const metadata: Metadata = { title: messages.forgotPassword.title }

export default async function ForgotPasswordPage() {
  const caller = await api()
  const [account, deadLink] = await Promise.all([caller.session.current(), caller.recovery.notice()])
  const { linkTtlSeconds, sendCooldownSeconds } = env()
  return (
    <PageShell>
      <ForgotPassword
        account={account?.email ?? ''}
        deadLink={deadLink}
        linkSeconds={linkTtlSeconds}
        pauseSeconds={sendCooldownSeconds}
      />
    </PageShell>
  )
}
