'use client'

import type { ReactNode } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'

const words = messages.stopEmails

/** @param binding ties the page to the link that was opened; null without one */
export function StopEmails({ binding }: { binding: string | null }) {
  const stop = useCall((binding: string) => trpc.recovery.stopEmails.mutate({ binding }))
  const allow = useCall((binding: string) => trpc.recovery.allowEmails.mutate({ binding }))
  const busy = stop.busy || allow.busy
  const refusal = allow.refusal ?? stop.refusal
  const reason = refusal?.reason

  if (binding === null) return <Ending title={words.missingTitle} body={words.missingBody} />
  if (allow.done) {
    return (
      <Ending title={words.allowedTitle} body={words.allowed} takeFocus>
        <div className="mt-8">
          <ButtonLink href="/forgot-password">{words.newEmail}</ButtonLink>
        </div>
      </Ending>
    )
  }
  if (isDeadLink(reason)) {
    return (
      <Ending title={messages.deadLink[reason].title} body={words.deadBody} takeFocus>
        <div className="mt-8">
          <ButtonLink href="/forgot-password">{words.newEmail}</ButtonLink>
        </div>
      </Ending>
    )
  }

  const allowButton = (
    <Button
      variant="secondary"
      busy={allow.busy}
      unavailable={busy && !allow.busy}
      busyLabel={allow.busy ? words.allowBusy : words.allow}
      onClick={() => void allow.run(binding)}
    >
      {words.allow}
    </Button>
  )
  return (
    <>
      {stop.done ? (
        <>
          <PageHeading takeFocus>{words.stoppedTitle}</PageHeading>
          <p className="mt-3">
            {words.stopped.before}
            <strong>
              <LocalTime at={stop.result.until} />
            </strong>
            {words.stopped.after}
          </p>
          <p className="mt-3 mb-8 text-ink-soft">{words.undo}</p>
          {allowButton}
        </>
      ) : (
        <>
          <PageHeading>{words.title}</PageHeading>
          <p className="mt-3">{words.lead}</p>
          <p className="mt-3 text-ink-soft">{words.keeps}</p>
          <div className="mt-8 grid gap-3">
            <Button
              busy={stop.busy}
              unavailable={busy && !stop.busy}
              busyLabel={stop.busy ? words.busy : words.submit}
              onClick={() => {
                allow.reset()
                void stop.run(binding)
              }}
            >
              {words.submit}
            </Button>
            {allowButton}
          </div>
        </>
      )}
      <RefusalNotice refusal={refusal} />
    </>
  )
}

interface EndingProps {
  title: string
  body: string
  takeFocus?: boolean
  children?: ReactNode
}

function Ending({ title, body, takeFocus = false, children }: EndingProps) {
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      {children}
    </>
  )
}
