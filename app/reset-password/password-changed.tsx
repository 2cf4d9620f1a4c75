import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'

/** Says that the password was changed. Its link loads a new document, so the back button shows that the link is used. */
export function PasswordChanged({ takeFocus = false }: { takeFocus?: boolean }) {
  const t = useTranslations('resetPassword')
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{t('doneTitle')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('doneBody')}</p>
      <div className="mt-6">
        <ButtonLink href="/sign-in">{t('signIn')}</ButtonLink>
      </div>
    </>
  )
}
