import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { TextLink } from '@/app/_components/text-link'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { codeInText, mailboxIsOn, readEmail } from '@/server/mail/transports/mailbox'
import { CopyCode } from './copy-code'
import { EmailFrame } from './email-frame'
import { COLORS, type Colors, previewHtml } from './email-html'
import { LinkedText } from './linked-text'
import { Switch } from './switch'

export const generateMetadata = pageTitle('mailbox')

/** How the query asks to show the email. By default: as HTML, in the colours of the reader's device. */
function settingsOf(query: Record<string, string | string[] | undefined>): { view: 'html' | 'text'; colors: Colors } {
  const colors = COLORS.find((known) => known === query.colors) ?? 'device'
  return { view: query.view === 'text' ? 'text' : 'html', colors }
}

export default async function EmailPage({ params, searchParams }: PageProps<'/dev/mailbox/[id]'>) {
  const t = await getTranslations('mailbox')
  if (!mailboxIsOn()) notFound()
  const email = await readEmail((await params).id)
  if (!email) notFound()
  const { view, colors } = settingsOf(await searchParams)
  const code = codeInText(email.text)
  return (
    <PageShell wide>
      <TextLink href="/dev/mailbox">{t('back')}</TextLink>
      <PageHeading>{email.subject}</PageHeading>
      <dl className="mt-3 grid grid-cols-1 items-baseline gap-x-4 sm:grid-cols-[auto_1fr] sm:gap-y-1">
        <dt className="text-ink-soft">{t('from')}</dt>
        <dd>
          <bdi>{email.from}</bdi>
        </dd>
        <dt className="mt-1 text-ink-soft sm:mt-0">{t('to')}</dt>
        <dd>
          <TextLink href={`/dev/mailbox?to=${encodeURIComponent(email.to)}`}>
            <bdi>{email.to}</bdi>
          </TextLink>
        </dd>
        <dt className="mt-1 text-ink-soft sm:mt-0">{t('at')}</dt>
        <dd>
          <LocalTime at={email.at} />
        </dd>
      </dl>
      {code ? (
        <ClientTexts parts={['mailbox']}>
          <CopyCode code={code} />
        </ClientTexts>
      ) : null}
      <div className="mt-6 flex flex-wrap gap-x-6 gap-y-1">
        <Switch
          label={t('view')}
          current={view}
          choices={{ html: [t('html'), '?'], text: [t('text'), '?view=text'] }}
        />
        {view === 'text' ? null : (
          <Switch
            label={t('colors')}
            current={colors}
            choices={{
              device: [t('automaticColors'), '?'],
              light: [t('light'), '?colors=light'],
              dark: [t('dark'), '?colors=dark'],
            }}
          />
        )}
      </div>
      {view === 'text' ? (
        <LinkedText text={email.text} />
      ) : (
        <EmailFrame title={t('html')} html={previewHtml(email.html, colors)} colors={colors} />
      )}
    </PageShell>
  )
}
