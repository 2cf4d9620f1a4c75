'use client'

import { useTranslations } from 'next-intl'
import { useActionState } from 'react'
import type { FormState } from '@/app/_components/form-state'
import { Notice } from '@/app/_components/notice'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { ResendButton } from '@/app/_components/resend-button'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { sendAgain } from './action'

interface SendAgainProps {
  start: FormState | null
  /** True if another email was just requested without JavaScript. */
  sentAgain: boolean
  account: string
  resendAt: number
  update: (news: { resendInSeconds: number }) => void
  reload: () => Promise<unknown>
}

/** Requests another email for the same account. */
export function SendAgain({ start, sentAgain, account, resendAt, update, reload }: SendAgainProps) {
  const t = useTranslations('resend')
  const [state, action] = useActionState(sendAgain, start)
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
      <form action={action} className="mt-3 grid">
        <ResendButton deadline={resendAt} busy={request.busy} onClick={() => void send()} />
      </form>
      {request.done || (sentAgain && !request.busy && !request.refusal) ? (
        <div className="mt-4">
          <Notice tone="success" live>
            {t('sent')}
          </Notice>
        </div>
      ) : null}
      <RefusalNotice refusal={request.refusal ?? (request.busy || request.done ? undefined : state?.refusal)} />
    </>
  )
}
