import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { TextLink } from '@/app/_components/text-link'
import { pageTitle } from '@/app/_language/page-title'
import { mailboxIsOn, readEmail } from '@/server/mail/transports/mailbox'
import { EmailFrame } from './email-frame'
import { LinkedText } from './linked-text'

export const generateMetadata = pageTitle('mailbox')

/** Email programs open links in a new window. Here, links replace the page. */
const openLinksHere = (html: string) =>
  html.replaceAll(' target="_blank"', '').replace(/<head\b[^>]*>/i, (head) => `${head}<base target="_top">`)

export default async function EmailPage({ params }: PageProps<'/dev/mailbox/[id]'>) {
  const t = await getTranslations('mailbox')
  if (!mailboxIsOn()) notFound()
  const email = await readEmail((await params).id)
  if (!email) notFound()
  return (
    <PageShell wide>
      <TextLink href="/dev/mailbox">{t('back')}</TextLink>
      <PageHeading>{email.subject}</PageHeading>
      <dl className="mt-3 grid grid-cols-1 gap-x-4 sm:grid-cols-[auto_1fr] sm:gap-y-1">
        <dt className="text-ink-soft">{t('from')}</dt>
        <dd>{email.from}</dd>
        <dt className="mt-1 text-ink-soft sm:mt-0">{t('to')}</dt>
        <dd>
          <TextLink href={`/dev/mailbox?to=${encodeURIComponent(email.to)}`}>{email.to}</TextLink>
        </dd>
        <dt className="mt-1 text-ink-soft sm:mt-0">{t('at')}</dt>
        <dd>
          <LocalTime at={email.at} />
        </dd>
      </dl>
      <h2 className="mt-8 font-display text-section">{t('html')}</h2>
      <EmailFrame title={t('html')} html={openLinksHere(email.html)} />
      <h2 className="mt-8 font-display text-section">{t('text')}</h2>
      <LinkedText text={email.text} />
    </PageShell>
  )
}
