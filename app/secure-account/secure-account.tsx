'use client'

import { Button, ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { SupportLink } from '@/app/_components/support-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'

const words = messages.secureAccount

/** @param binding ties the page to the link that was opened; null without one */
export function SecureAccount({ binding }: { binding: string | null }) {
  const secure = useCall((binding: string) => trpc.recovery.secureAccount.mutate({ binding }))
  const { refusal } = secure

  if (secure.done && !secure.result.emailed) {
    return (
      <>
        <PageHeading takeFocus>{words.elsewhereTitle}</PageHeading>
        <p className="mt-3">{words.elsewhereBody}</p>
        <SupportLink />
      </>
    )
  }
  if (secure.done) {
    return (
      <>
        <PageHeading takeFocus>{words.doneTitle}</PageHeading>
        <p className="mt-3">{words.doneBody}</p>
        <p className="mt-3 text-ink-soft">{words.doneMailbox}</p>
      </>
    )
  }
  if (binding === null) return <InvalidLink title={words.missingTitle} body={words.missingBody} />
  const reason = refusal?.reason
  if (isDeadLink(reason)) return <InvalidLink title={messages.deadLink[reason].title} body={words.deadBody} takeFocus />
  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      <p className="mt-3">{words.lead}</p>
      <div className="mt-8">
        <Button busy={secure.busy} busyLabel={words.busy} onClick={() => void secure.run(binding)}>
          {words.submit}
        </Button>
      </div>
      <RefusalNotice refusal={refusal} />
      <p className="mt-4 text-ink-soft">{words.wasMe}</p>
    </>
  )
}

function InvalidLink({ title, body, takeFocus = false }: { title: string; body: string; takeFocus?: boolean }) {
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      <div className="mt-8">
        <ButtonLink href="/forgot-password">{words.newLink}</ButtonLink>
      </div>
    </>
  )
}
