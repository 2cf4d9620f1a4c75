'use client'

import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'
import { CodeForm } from './code-form'
import { FlowOver } from './flow-over'
import { SendAgain } from './send-again'
import { type Flow, useFlow } from './use-flow'

const words = messages.code

interface CheckMailProps {
  flow: Flow
  concealed: boolean
  linkSeconds: number
  codeSeconds: number
}

/** Says where the mail went, and takes the code in it. */
export function CheckMail({ flow, concealed, linkSeconds, codeSeconds }: CheckMailProps) {
  const { account, resendAt, blockedUntil, learn, reload } = useFlow(flow)
  if (account === null) return <FlowOver />
  const sent = concealed ? words.sentConcealed : words.sent
  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      <p id="sent" className="mt-3">
        {sent.before}
        <strong className="wrap-anywhere">{account}</strong>
        {sent.after}
      </p>
      <CodeForm describedBy="sent" codeSeconds={codeSeconds} blockedUntil={blockedUntil} learn={learn} />
      <section aria-labelledby="link" className="mt-6 border-t border-hairline pt-5">
        <h2 id="link" className="font-semibold">
          {words.linkTitle}
        </h2>
        <p className="text-ink-soft">{words.link(linkSeconds)}</p>
        <p className="mt-3 text-ink-soft">{words.spam}</p>
        <SendAgain account={account} resendAt={resendAt} learn={learn} reload={reload} />
        <div className="mt-3">
          <TextLink href="/forgot-password" document>
            {words.otherAccount}
          </TextLink>
        </div>
      </section>
    </>
  )
}
