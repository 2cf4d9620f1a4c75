'use client'

import { useState } from 'react'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { readRefusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { ResendButton } from '@/app/_components/resend-button'
import { TextButton } from '@/app/_components/text-link'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'

const words = messages.forgotPassword

interface CheckMailProps {
  account: string
  linkSeconds: number
  pauseSeconds: number
  onOtherAddress: () => void
}

export function CheckMail({ account, linkSeconds, pauseSeconds, onOtherAddress }: CheckMailProps) {
  const [deadline, setDeadline] = useState(() => Date.now() + pauseSeconds * 1000)
  const pauseFor = (seconds: number) => setDeadline(Date.now() + seconds * 1000)
  const request = trpc.recovery.request.useMutation({
    onSuccess: () => pauseFor(pauseSeconds),
    onError: (error) => pauseFor(readRefusal(error).details.retryAfterSeconds ?? 0),
  })

  return (
    <>
      <PageHeading takeFocus>{words.sentTitle}</PageHeading>
      <p className="mt-3">
        {words.sentBefore}
        <strong className="wrap-anywhere">{account}</strong>
        {words.sentAfter} {words.sentNext(linkSeconds)}
      </p>
      <p className="mt-3 text-ink-soft">{words.spam}</p>
      <div className="mt-6">
        <ResendButton deadline={deadline} busy={request.isPending} onClick={() => request.mutate({ account })} />
      </div>
      {request.isSuccess ? (
        <div className="mt-4">
          <Notice tone="success" live>
            {messages.resend.sent}
          </Notice>
        </div>
      ) : null}
      <RefusalNotice refusal={request.isError ? readRefusal(request.error) : undefined} />
      <div className="mt-3">
        <TextButton onClick={onOtherAddress}>{words.otherAddress}</TextButton>
      </div>
    </>
  )
}
