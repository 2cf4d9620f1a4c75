import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart, seeOther, signInUrl } from '@/app/_trpc/server'
import { SignInForm } from './sign-in-form'

export const generateMetadata = pageTitle('signIn')

export default async function SignInPage() {
  const t = await getTranslations('signIn')
  if (signInUrl() !== '/sign-in') redirect(signInUrl())
  const caller = await api()
  if (await caller.session.current()) seeOther('/account')
  return (
    <PageShell>
      <ClientTexts parts={['signIn', 'field', 'errors', 'retry', 'support']}>
        <PageHeading>{t('title')}</PageHeading>
        <SignInForm start={await formStart()} />
      </ClientTexts>
    </PageShell>
  )
}
