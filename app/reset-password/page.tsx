import type { inferRouterOutputs } from '@trpc/server'
import type { Metadata } from 'next'
import { useTranslations } from 'next-intl'
import { getTranslations } from 'next-intl/server'
import { cache } from 'react'
import type { FormState } from '@/app/_components/form-state'
import { PageShell } from '@/app/_components/page-shell'
import { isDeadLink } from '@/app/_components/refusal'
import { ClientTexts } from '@/app/_language/client-texts'
import { api, formStart, lastDone } from '@/app/_trpc/server'
import type { AppRouter } from '@/server/api/root'
import { DeadLinkMessage } from './dead-link-message'
import { PasswordChanged } from './password-changed'
import { RefusedLinkMessage } from './refused-link-message'
import { ResetPassword } from './reset-password'

/** Read once for each request: every look is counted. */
const linkState = cache(async () => (await api()).recovery.linkState())

/** For a dead link the title says so, as the heading does. It is the first thing that a screen reader reads. */
export async function generateMetadata(): Promise<Metadata> {
  const [t, { state }, done] = await Promise.all([getTranslations(), linkState(), lastDone()])
  const isDead = !done && (state === 'missing' || (state !== 'live' && isDeadLink(state)))
  return { title: t(isDead ? `deadLink.${state}.title` : 'resetPassword.title') }
}

export default async function ResetPasswordPage() {
  const [link, start, done] = await Promise.all([linkState(), formStart(), lastDone()])
  const isChanged = link.state !== 'live' && done?.what === 'password-changed'
  return (
    <PageShell>
      <ClientTexts parts={['resetPassword', 'field', 'errors', 'retry', 'support']}>
        {isChanged ? <PasswordChanged /> : <LinkContent link={link} start={start} />}
      </ClientTexts>
    </PageShell>
  )
}

type LinkState = inferRouterOutputs<AppRouter>['recovery']['linkState']

function LinkContent({ link, start }: { link: LinkState; start: FormState | null }) {
  const t = useTranslations('resetPassword')
  switch (link.state) {
    case 'live':
      return (
        <ResetPassword
          start={start}
          account={link.account}
          binding={link.binding}
          secret={link.secret}
          policy={{
            typedAccount: link.typedAccount,
            lengthRule: t('ruleLength', { least: link.passwordMinLength }),
            passwordMinLength: link.passwordMinLength,
            passwordMaxLength: link.passwordMaxLength,
          }}
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
