import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { TextLink } from '@/app/_components/text-link'
import { pageTitle } from '@/app/_language/page-title'
import { listEmails, mailboxIsOn } from '@/server/mail/transports/mailbox'
import { AutoRefresh } from './auto-refresh'

export const generateMetadata = pageTitle('mailbox')

export default async function MailboxPage({ searchParams }: PageProps<'/dev/mailbox'>) {
  const t = await getTranslations('mailbox')
  if (!mailboxIsOn()) notFound()
  const { to } = await searchParams
  const emails = (await listEmails()).filter((email) => to === undefined || email.to === to)
  return (
    <PageShell wide>
      <AutoRefresh />
      <PageHeading>{t('title')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('lead')}</p>
      {/* With JavaScript, new emails appear by themselves. */}
      <p className="hidden noscript:block">
        <TextLink href="">{t('refresh')}</TextLink>
      </p>
      {to === undefined ? null : (
        <p className="flex flex-wrap items-center gap-x-4">
          <bdi className="font-medium">{to}</bdi>
          <TextLink href="/dev/mailbox">{t('back')}</TextLink>
        </p>
      )}
      <ul aria-live="polite" className="mt-6 divide-y divide-hairline border-t border-hairline">
        {emails.map((email) => (
          <li key={email.id}>
            <a
              href={`/dev/mailbox/${encodeURIComponent(email.id)}`}
              className="flex min-h-target flex-wrap items-baseline justify-between gap-x-4 rounded-lg py-3"
            >
              <span className="font-medium text-accent underline underline-offset-4">{email.subject}</span>
              <span className="flex flex-wrap gap-x-4 text-sm text-ink-soft">
                <bdi>{email.to}</bdi>
                <LocalTime at={email.at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {emails.length === 0 ? <p className="py-6 text-ink-soft">{t('empty')}</p> : null}
    </PageShell>
  )
}
