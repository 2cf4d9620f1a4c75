import { useTranslations } from 'next-intl'
import { pageTitle } from '@/app/_language/page-title'
import { ButtonLink } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'

export const generateMetadata = pageTitle('notFound')

export default function NotFound() {
  const t = useTranslations('notFound')
  return (
    <PageShell>
      <PageHeading>{t('title')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('body')}</p>
      <div className="mt-6">
        <ButtonLink href="/">{t('home')}</ButtonLink>
      </div>
    </PageShell>
  )
}
