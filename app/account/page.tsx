import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { Picture } from '@/app/_components/picture'
import { ContactSupport } from '@/app/_components/support-link'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart, hasOwnAccounts, lastDone, seeOther } from '@/app/_trpc/server'
import { RequestReset } from './request-reset'
import { Section } from './section'
import { SecurityEvents } from './security-events'
import { SessionList } from './session-list'
import { SignOut } from './sign-out'

export const generateMetadata = pageTitle('account')

export default async function AccountPage() {
  const t = await getTranslations('account')
  if (!hasOwnAccounts()) notFound()
  const caller = await api()
  const account = await caller.session.current()
  if (!account) seeOther('/sign-in')
  const [sessions, events, suppression, start, done] = await Promise.all([
    caller.account.sessions(),
    caller.account.securityEvents(),
    caller.account.suppression(),
    formStart(),
    lastDone(),
  ])
  const facts = [
    [t('name'), account.fullName],
    [t('email'), account.email],
    [t('username'), account.username],
  ] as const

  return (
    <PageShell wide>
      <ClientTexts parts={['account', 'device', 'errors', 'retry', 'support']}>
        <div className="flex flex-wrap items-center justify-between gap-4">
          <Picture src={account.picture} />
          <div className="order-last basis-full sm:order-none sm:flex-1 sm:basis-auto">
            <PageHeading>{t('title')}</PageHeading>
          </div>
          <SignOut />
        </div>
        <dl className="mt-4 grid grid-cols-1 gap-x-8 sm:grid-cols-[auto_1fr]">
          {facts.map(([name, value]) => (
            <div key={name} className="mt-3 sm:col-span-2 sm:grid sm:grid-cols-subgrid">
              <dt className="text-ink-soft">{name}</dt>
              <dd className="font-medium">{value}</dd>
            </div>
          ))}
        </dl>
        {suppression ? (
          <div className="mt-6">
            <Notice tone="problem" title={t('suppressionTitle')}>
              {t.rich(`suppression.${suppression.kind}`, { email: () => <bdi>{account.email}</bdi> })}
              {suppression.kind === 'stopped' ? null : <ContactSupport />}
            </Notice>
          </div>
        ) : null}
        <Section id="password" title={t('passwordTitle')} lead={t('passwordLead')}>
          <RequestReset email={account.email} sent={done?.what === 'email-sent'} start={start} />
        </Section>
        <Section id="sessions" title={t('sessionsTitle')}>
          <SessionList sessions={sessions} done={done} />
        </Section>
        <Section id="events" title={t('eventsTitle')} lead={t('eventsLead')}>
          <SecurityEvents events={events} />
        </Section>
      </ClientTexts>
    </PageShell>
  )
}
