'use client'

import { useTranslations } from 'next-intl'
import type { FormState } from '@/app/_components/form-state'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { CodeForm } from './code-form'
import { FlowEnded } from './flow-ended'
import type { MailProvider } from './mail-provider'
import { OpenMailbox } from './open-mailbox'
import { SendAgain } from './send-again'
import { type Flow, useFlow } from './use-flow'

interface CheckEmailProps {
  start: FormState | null
  /** True if another email was just requested without JavaScript. */
  sentAgain: boolean
  flow: Flow
  /** The provider of the typed address. The server finds it, so that the browser does not load the list. */
  provider: MailProvider | null
  /** What was paused for everyone when the page was loaded. */
  pauses: readonly ('all' | 'codes' | 'links')[]
  concealed: boolean
  /** How long a link works, in words. Formatted on the server, because `Intl` is slow to load on phones. */
  linkDuration: string
  codeDuration: string
}

/** Says where the email was sent, and asks for its code, unless codes are off for the account. */
export function CheckEmail({
  flow,
  provider,
  start,
  sentAgain,
  pauses,
  concealed,
  linkDuration,
  codeDuration,
}: CheckEmailProps) {
  const t = useTranslations('code')
  const { account, resendAt, blockedUntil, codesOff, update, turnCodesOff, reload } = useFlow(flow)
  if (account === null) return <FlowEnded />
  const sent = codesOff ? (concealed ? 'sentLinkConcealed' : 'sentLink') : concealed ? 'sentConcealed' : 'sent'
  const linksPaused = codesOff ? t('onlyLinksPaused') : t('linksPaused')
  const linkHint = pauses.includes('links') ? linksPaused : t('link', { duration: linkDuration })
  return (
    <>
      {/* The field with the focus goes away when codes are turned off while the page is open. */}
      <PageHeading takeFocus={codesOff && !flow.codesOff}>{codesOff ? t('offTitle') : t('title')}</PageHeading>
      <p id="sent" className="mt-3">
        {t.rich(sent, {
          account: () => (
            <strong>
              <bdi>{account}</bdi>
            </strong>
          ),
        })}
      </p>
      <PauseNotice pauses={pauses} />
      {codesOff ? (
        <>
          <p className="mt-3 text-ink-soft">{linkHint}</p>
          <p className="mt-3 text-ink-soft">{t('off')}</p>
        </>
      ) : (
        <CodeForm
          start={start}
          describedBy="sent"
          codeDuration={codeDuration}
          blockedUntil={blockedUntil}
          update={update}
          onCodesOff={turnCodesOff}
        />
      )}
      <div className={codesOff ? 'mt-6' : 'mt-6 border-t border-hairline pt-5'}>
        {codesOff ? null : (
          <>
            <h2 className="font-semibold">{t('linkTitle')}</h2>
            <p className="text-ink-soft">{linkHint}</p>
          </>
        )}
        {/* Another tab may have changed the account since. */}
        {provider && account === flow.account ? (
          <OpenMailbox provider={provider} variant={codesOff ? 'primary' : 'secondary'} />
        ) : null}
        <p className="mt-5 text-ink-soft">{t('spam')}</p>
        <SendAgain
          start={codesOff ? start : null}
          sentAgain={sentAgain}
          account={account}
          resendAt={resendAt}
          update={update}
          reload={reload}
        />
        <div className="mt-3">
          <TextLink href="/forgot-password">{t('otherAccount')}</TextLink>
        </div>
      </div>
    </>
  )
}

/** The code field stays: the pause may end while the page is open. */
function PauseNotice({ pauses }: Pick<CheckEmailProps, 'pauses'>) {
  const t = useTranslations('code')
  const tPaused = useTranslations('paused')
  const paused = pauses.includes('all') ? { title: tPaused('title'), body: tPaused('body') } : null
  const codesPaused = pauses.includes('codes') ? { title: t('codesPausedTitle'), body: t('codesPaused') } : null
  const shown = paused ?? codesPaused
  if (!shown) return null
  return (
    <div className="mt-4">
      <Notice tone="problem" title={shown.title}>
        {shown.body}
      </Notice>
    </div>
  )
}
