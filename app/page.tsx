import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { ButtonLink } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'
import { TextLink } from './_components/text-link'
import { api } from './_trpc/server'

export default async function HomePage() {
  const t = await getTranslations('home')
  const caller = await api()
  if (await caller.session.current()) redirect('/account')
  return (
    <PageShell>
      <PageHeading>{t('title')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('lead')}</p>
      <div className="mt-6 mb-3">
        <ButtonLink href="/sign-in">{t('signIn')}</ButtonLink>
      </div>
      <TextLink href="/forgot-password">{t('forgot')}</TextLink>
    </PageShell>
  )
}
