import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { messages } from '@/messages/en'
import { listEmails, mailboxIsOn } from '@/server/mail/transports/mailbox'
import { AutoRefresh } from './auto-refresh'

const words = messages.mailbox

export const metadata: Metadata = { title: words.title }

export default async function MailboxPage() {
  if (!mailboxIsOn()) notFound()
  const emails = await listEmails()
  return (
    <PageShell wide>
      <AutoRefresh />
      <div className="flex flex-wrap items-start justify-between gap-4">
        <PageHeading>{words.title}</PageHeading>
        <a
          href="/dev/mailbox"
          className="inline-flex min-h-target items-center rounded-lg font-medium text-accent underline underline-offset-4"
        >
          {words.refresh}
        </a>
      </div>
      <p className="mt-1 text-ink-soft">{words.lead}</p>
      <ul aria-live="polite" className="mt-6 divide-y divide-hairline border-t border-hairline">
        {emails.map((email) => (
          <li key={email.id}>
            <a
              href={`/dev/mailbox/${encodeURIComponent(email.id)}`}
              className="flex min-h-target flex-wrap items-baseline justify-between gap-x-4 rounded-lg py-3"
            >
              <span className="font-medium text-accent underline underline-offset-4">{email.subject}</span>
              <span className="flex flex-wrap gap-x-4 text-sm text-ink-soft">
                <span>{email.to}</span>
                <LocalTime at={email.at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {emails.length === 0 ? <p className="py-6 text-ink-soft">{words.empty}</p> : null}
    </PageShell>
  )
}
