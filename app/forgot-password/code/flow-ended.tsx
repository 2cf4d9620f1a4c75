import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'

/** Shown when another tab has finished the reset, or the request has expired while the page was open. */
export function FlowEnded() {
  const t = useTranslations('code')
  return (
    <>
      <PageHeading takeFocus>{t('overTitle')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('over')}</p>
      <div className="mt-6 mb-3">
        <ButtonLink href="/forgot-password">{t('newEmail')}</ButtonLink>
      </div>
      <TextLink href="/sign-in">{t('signIn')}</TextLink>
    </>
  )
}
