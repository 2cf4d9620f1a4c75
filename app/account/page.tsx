import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { Picture } from '@/app/_components/picture'
import { SupportLink } from '@/app/_components/support-link'
import { api, hasOwnAccounts } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { RequestReset } from './request-reset'
import { Section } from './section'
import { SecurityEvents } from './security-events'
import { SessionList } from './session-list'
import { SignOut } from './sign-out'

const words = messages.account

export const metadata: Metadata = { title: words.title }

export default async function AccountPage() {
  if (!hasOwnAccounts()) notFound()
  const caller = await api()
  const account = await caller.session.current()
  if (!account) redirect('/sign-in')
  const [sessions, events, suppression] = await Promise.all([
    caller.account.sessions(),
    caller.account.securityEvents(),
    caller.account.suppression(),
  ])
  const facts = [
    [words.name, account.fullName],
    [words.email, account.email],
    [words.username, account.username],
  ] as const

  return (
    <PageShell wide>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="flex flex-wrap items-center gap-4">
          <Picture src={account.picture} />
          <PageHeading>{words.title}</PageHeading>
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
          <Notice tone="problem" title={words.suppressionTitle}>
            {words.suppression[suppression.kind](account.email)}
            {suppression.kind === 'stopped' ? null : <SupportLink />}
          </Notice>
        </div>
      ) : null}
      <Section id="password" title={words.passwordTitle} lead={words.passwordLead}>
        <RequestReset email={account.email} />
      </Section>
      <Section id="sessions" title={words.sessionsTitle}>
        <SessionList sessions={sessions} />
      </Section>
      <Section id="events" title={words.eventsTitle} lead={words.eventsLead}>
        <SecurityEvents events={events} />
      </Section>
    </PageShell>
  )
}
