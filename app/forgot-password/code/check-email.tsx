'use client'

import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'
import { CodeForm } from './code-form'
import { FlowEnded } from './flow-ended'
import { SendAgain } from './send-again'
import { type Flow, useFlow } from './use-flow'

const words = messages.code

interface CheckEmailProps {
  flow: Flow
  /** What was paused for everyone when the page was loaded. */
  pauses: readonly ('all' | 'codes' | 'links')[]
  concealed: boolean
  linkSeconds: number
  codeSeconds: number
}

/** Says where the email was sent, and asks for its code, unless codes are off for the account. */
export function CheckEmail({ flow, pauses, concealed, linkSeconds, codeSeconds }: CheckEmailProps) {
  const { account, resendAt, blockedUntil, codesOff, update, turnCodesOff, reload } = useFlow(flow)
  if (account === null) return <FlowEnded />
  const sent = codesOff
    ? words[concealed ? 'sentLinkConcealed' : 'sentLink']
    : words[concealed ? 'sentConcealed' : 'sent']
  return (
    <>
      {/* The field with the focus goes away when codes are turned off while the page is open. */}
      <PageHeading takeFocus={codesOff && !flow.codesOff}>{codesOff ? words.offTitle : words.title}</PageHeading>
      <p id="sent" className="mt-3">
        {sent.before}
        <strong>{account}</strong>
        {sent.after}
      </p>
      <PauseNotice pauses={pauses} />
      {codesOff ? (
        <div className="mt-4">
          <Notice tone="plain">{words.off}</Notice>
        </div>
      ) : (
        <CodeForm
          describedBy="sent"
          codeSeconds={codeSeconds}
          blockedUntil={blockedUntil}
          update={update}
          onCodesOff={turnCodesOff}
        />
      )}
      <section aria-labelledby="link" className="mt-6 border-t border-hairline pt-5">
        <h2 id="link" className="font-semibold">
          {codesOff ? words.linkOnlyTitle : words.linkTitle}
        </h2>
        <p className="text-ink-soft">{pauses.includes('links') ? words.linksPaused : words.link(linkSeconds)}</p>
        <p className="mt-3 text-ink-soft">{words.spam}</p>
        <SendAgain account={account} resendAt={resendAt} update={update} reload={reload} />
        <div className="mt-3">
          <TextLink href="/forgot-password">{words.otherAccount}</TextLink>
        </div>
      </section>
    </>
  )
}

/** The code field stays: the pause may end while the page is open. */
function PauseNotice({ pauses }: Pick<CheckEmailProps, 'pauses'>) {
  const paused = pauses.includes('all') ? messages.paused : null
  const codesPaused = pauses.includes('codes') ? { title: words.codesPausedTitle, body: words.codesPaused } : null
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
