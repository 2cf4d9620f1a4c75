'use client'

import { Notice } from '@/app/_components/notice'
import { readRefusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { ResendButton } from '@/app/_components/resend-button'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'

interface SendAgainProps {
  account: string
  resendAt: number
  update: (news: { resendInSeconds: number }) => void
  reload: () => Promise<unknown>
}

/** Requests another email for the same account. */
export function SendAgain({ account, resendAt, update, reload }: SendAgainProps) {
  const request = trpc.recovery.request.useMutation({
    // Stay busy until the countdown of the new request is known.
    onSuccess: reload,
    onError: (error) => update({ resendInSeconds: readRefusal(error).details.retryAfterSeconds ?? 0 }),
  })
  return (
    <>
      <div className="mt-4">
        <ResendButton deadline={resendAt} busy={request.isPending} onClick={() => request.mutate({ account })} />
      </div>
      {request.isSuccess ? (
        <div className="mt-4">
          <Notice tone="success" live>
            {messages.resend.sent}
          </Notice>
        </div>
      ) : null}
      <RefusalNotice refusal={request.isError ? readRefusal(request.error) : undefined} />
    </>
  )
}
