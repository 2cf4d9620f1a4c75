import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'

/** The end of the journey. Its link loads a new document: the back button then finds the link used. */
export function PasswordChanged({ takeFocus = false }: { takeFocus?: boolean }) {
  const t = useTranslations('resetPassword')
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{t('doneTitle')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('doneBody')}</p>
      <div className="mt-8">
        <ButtonLink href="/sign-in">{t('signIn')}</ButtonLink>
      </div>
    </>
  )
}
