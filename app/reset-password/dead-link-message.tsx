import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import type { DeadLink } from '@/app/_components/refusal'
import { isGrant } from '@/app/_components/refusal'
import { TextLink } from '@/app/_components/text-link'

/** Why the link or code no longer works, and what to do next. */
export function DeadLinkMessage({ reason }: { reason: DeadLink }) {
  const t = useTranslations('resetPassword')
  const tDeadLink = useTranslations('deadLink')
  return (
    <>
      <PageHeading>{tDeadLink(`${reason}.title`)}</PageHeading>
      <p className="mt-3 text-ink-soft">{tDeadLink(`${reason}.body`)}</p>
      <div className="mt-6 mb-3">
        <ButtonLink href="/forgot-password">{isGrant(reason) ? t('newEmail') : t('newLink')}</ButtonLink>
      </div>
      <TextLink href="/sign-in">{t('signIn')}</TextLink>
    </>
  )
}
