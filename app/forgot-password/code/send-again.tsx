'use client'

import { useTranslations } from 'next-intl'
import { Notice } from '@/app/_components/notice'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { ResendButton } from '@/app/_components/resend-button'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'

interface SendAgainProps {
  account: string
  resendAt: number
  update: (news: { resendInSeconds: number }) => void
  reload: () => Promise<unknown>
}

/** Requests another email for the same account. */
export function SendAgain({ account, resendAt, update, reload }: SendAgainProps) {
  const t = useTranslations('resend')
  const request = useCall(async () => {
    await trpc.recovery.request.mutate({ account })
    await reload() // stay busy until the countdown of the new request is known
  })

  async function send() {
    const refusal = await request.run()
    if (refusal) update({ resendInSeconds: refusal.details.retryAfterSeconds ?? 0 })
  }
  return (
    <>
      <div className="mt-4">
        <ResendButton deadline={resendAt} busy={request.busy} onClick={() => void send()} />
      </div>
      {request.done ? (
        <div className="mt-4">
          <Notice tone="success" live>
            {t('sent')}
          </Notice>
        </div>
      ) : null}
      <RefusalNotice refusal={request.refusal} />
    </>
  )
}
