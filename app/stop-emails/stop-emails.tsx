'use client'

import type { ReactNode } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink, readRefusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'

const words = messages.stopEmails

/** @param binding ties the page to the link that was opened; null without one */
export function StopEmails({ binding }: { binding: string | null }) {
  const stop = trpc.recovery.stopEmails.useMutation()
  const allow = trpc.recovery.allowEmails.useMutation()
  const busy = stop.isPending || allow.isPending
  const error = allow.error ?? stop.error
  const refusal = error ? readRefusal(error) : undefined
  const reason = refusal?.reason

  if (binding === null) return <Ending title={words.missingTitle} body={words.missingBody} />
  if (allow.isSuccess) {
    return (
      <Ending title={words.allowedTitle} body={words.allowed} takeFocus>
        <div className="mt-8">
          <ButtonLink href="/forgot-password">{words.newEmail}</ButtonLink>
        </div>
      </Ending>
    )
  }
  if (isDeadLink(reason)) return <Ending title={messages.deadLink[reason].title} body={words.deadBody} takeFocus />

  const allowButton = (
    <Button
      variant="secondary"
      busy={allow.isPending}
      unavailable={busy && !allow.isPending}
      busyLabel={allow.isPending ? words.allowBusy : words.allow}
      onClick={() => allow.mutate({ binding })}
    >
      {words.allow}
    </Button>
  )
  return (
    <>
      {stop.isSuccess ? (
        <>
          <PageHeading takeFocus>{words.stoppedTitle}</PageHeading>
          <p className="mt-3">
            {words.stopped.before}
            <strong>
              <LocalTime at={stop.data.until} />
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
              busy={stop.isPending}
              unavailable={busy && !stop.isPending}
              busyLabel={stop.isPending ? words.busy : words.submit}
              onClick={() => {
                allow.reset()
                stop.mutate({ binding })
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
