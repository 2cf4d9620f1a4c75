import type { inferRouterOutputs } from '@trpc/server'
import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api } from '@/app/_trpc/server'
import type { AppRouter } from '@/server/api/root'
import { DeadLinkMessage } from './dead-link-message'
import { RefusedLinkMessage } from './refused-link-message'
import { ResetPassword } from './reset-password'

export const generateMetadata = pageTitle('resetPassword')

export default async function ResetPasswordPage() {
  const caller = await api()
  return (
    <PageShell>
      <ClientTexts parts={['resetPassword', 'field', 'errors', 'retry', 'support']}>
        <LinkContent link={await caller.recovery.linkState()} />
      </ClientTexts>
    </PageShell>
  )
}

function LinkContent({ link }: { link: inferRouterOutputs<AppRouter>['recovery']['linkState'] }) {
  switch (link.state) {
    case 'live':
      return (
        <ResetPassword
          account={link.account}
          binding={link.binding}
          secret={link.secret}
          passwordMinLength={link.passwordMinLength}
          // A duration rather than a time, because the device's clock may be wrong.
          secondsLeft={Math.max(0, (Date.parse(link.expiresAt) - Date.now()) / 1000)}
        />
      )
    case 'too-many-requests':
      return <RefusedLinkMessage reason={link.state} waitSeconds={link.retryAfterSeconds ?? 0} />
    case 'account-frozen':
    case 'recovery-paused':
    case 'codes-paused':
    case 'links-paused':
      // It isn't known when a pause ends, so the person may try at any time.
      return <RefusedLinkMessage reason={link.state} waitSeconds={0} />
    default:
      return <DeadLinkMessage reason={link.state} />
  }
}
