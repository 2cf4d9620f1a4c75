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

/** What the page shows. Read once for each request, because every look at a link is counted. */
const shown = cache(async () => {
  const [link, done] = await Promise.all([(await api()).recovery.linkState(), lastDone()])
  return { link, isChanged: link.state !== 'live' && done?.what === 'password-changed' }
})

/** The title is the heading of what is shown. It is the first thing that a screen reader reads. */
export async function generateMetadata(): Promise<Metadata> {
  const [t, { link, isChanged }] = await Promise.all([getTranslations(), shown()])
  return { title: t(isChanged ? 'resetPassword.doneTitle' : headingOf(link)) }
}

export default async function ResetPasswordPage() {
  const [{ link, isChanged }, start] = await Promise.all([shown(), formStart()])
  return (
    <PageShell>
      <ClientTexts parts={['resetPassword', 'field', 'errors', 'retry', 'support']}>
        {isChanged ? <PasswordChanged /> : <LinkContent link={link} start={start} />}
      </ClientTexts>
    </PageShell>
  )
}

type LinkState = inferRouterOutputs<AppRouter>['recovery']['linkState']

/** The message that is the heading for a link. */
function headingOf({ state }: LinkState) {
  if (state === 'live') return 'resetPassword.title'
  return state === 'missing' || isDeadLink(state)
    ? (`deadLink.${state}.title` as const)
    : (`refusedLink.${state}.title` as const)
}

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
