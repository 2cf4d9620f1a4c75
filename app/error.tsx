'use client'

import { useTransition } from 'react'
import { messages } from '@/messages/en'
import { Button } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'
import { SupportLink } from './_components/support-link'

const words = messages.problem

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const [busy, startRetry] = useTransition()
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <PageShell>
      <PageHeading takeFocus>{words.title}</PageHeading>
      <p className="mt-3 text-ink-soft">{words.body}</p>
      {digest ? <p className="mt-3 text-sm text-ink-soft">{words.reference(digest)}</p> : null}
      <SupportLink />
      <div className="mt-8">
        <Button busy={busy} busyLabel={words.retryBusy} onClick={() => startRetry(() => retry())}>
          {words.retry}
        </Button>
      </div>
    </PageShell>
  )
}
