import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'
import { mailboxIsOn, readEmail } from '@/server/mail/transports/mailbox'
import { LinkedText } from './linked-text'

const words = messages.mailbox

export const metadata: Metadata = { title: words.title }

/** In a mail reader links open beside it; here they take the place of the page. */
const openLinksHere = (html: string) =>
  html.replaceAll(' target="_blank"', '').replace(/<head\b[^>]*>/i, (head) => `${head}<base target="_top">`)

export default async function MailPage({ params }: PageProps<'/dev/mailbox/[id]'>) {
  if (!mailboxIsOn()) notFound()
  const mail = await readEmail((await params).id)
  if (!mail) notFound()
  return (
    <PageShell wide>
      <TextLink href="/dev/mailbox">{words.back}</TextLink>
      <PageHeading>{mail.subject}</PageHeading>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-ink-soft">{words.from}</dt>
        <dd className="wrap-anywhere">{mail.from}</dd>
        <dt className="text-ink-soft">{words.to}</dt>
        <dd className="wrap-anywhere">{mail.to}</dd>
        <dt className="text-ink-soft">{words.at}</dt>
        <dd>
          <LocalTime at={mail.at} />
        </dd>
      </dl>
      <h2 className="mt-8 font-display text-section">{words.html}</h2>
      <iframe
        title={words.html}
        srcDoc={openLinksHere(mail.html)}
        sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
        className="mt-3 h-176 w-full rounded-lg border border-hairline bg-paper"
      />
      <h2 className="mt-8 font-display text-section">{words.text}</h2>
      <LinkedText text={mail.text} />
    </PageShell>
  )
}
