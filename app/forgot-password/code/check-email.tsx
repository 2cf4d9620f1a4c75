'use client'

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
  concealed: boolean
  linkSeconds: number
  codeSeconds: number
}

/** Says where the email was sent, and asks for its code. */
export function CheckEmail({ flow, concealed, linkSeconds, codeSeconds }: CheckEmailProps) {
  const { account, resendAt, blockedUntil, update, reload } = useFlow(flow)
  if (account === null) return <FlowEnded />
  const sent = concealed ? words.sentConcealed : words.sent
  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      <p id="sent" className="mt-3">
        {sent.before}
        <strong>{account}</strong>
        {sent.after}
      </p>
      <CodeForm describedBy="sent" codeSeconds={codeSeconds} blockedUntil={blockedUntil} update={update} />
      <section aria-labelledby="link" className="mt-6 border-t border-hairline pt-5">
        <h2 id="link" className="font-semibold">
          {words.linkTitle}
        </h2>
        <p className="text-ink-soft">{words.link(linkSeconds)}</p>
        <p className="mt-3 text-ink-soft">{words.spam}</p>
        <SendAgain account={account} resendAt={resendAt} update={update} reload={reload} />
        <div className="mt-3">
          <TextLink href="/forgot-password" document>
            {words.otherAccount}
          </TextLink>
        </div>
      </section>
    </>
  )
}
