'use client'

import { useTranslations } from 'next-intl'
import { useActionState } from 'react'
import { Button } from '@/app/_components/button'
import type { FormState } from '@/app/_components/form-state'
import { Notice } from '@/app/_components/notice'
import { TextLink } from '@/app/_components/text-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { AccountRefusal } from './account-refusal'
import { requestReset } from './action'

interface RequestResetProps {
  email: string
  /** True if the email was just requested without JavaScript. */
  sent: boolean
  start: FormState | null
}

export function RequestReset({ email, sent, start }: RequestResetProps) {
  const [state, action] = useActionState(requestReset, start)
  const t = useTranslations('account')
  const request = useCall(() => trpc.account.requestReset.mutate())
  return (
    <form action={action} className="grid sm:block">
      <Button
        variant="secondary"
        busy={request.busy}
        busyLabel={t('requestResetBusy')}
        name="intent"
        value="request-reset"
        onClick={() => void request.run()}
      >
        {t('requestReset')}
      </Button>
      {request.done || (sent && !request.busy && !request.refusal) ? (
        <div className="mt-4">
          <Notice tone="success" live>
            <p>{t.rich('requestResetSent', { email: () => <bdi>{email}</bdi> })}</p>
            <TextLink href="/forgot-password/code">{t('typeCode')}</TextLink>
          </Notice>
        </div>
      ) : null}
      <AccountRefusal refusal={request.refusal ?? (request.busy || request.done ? undefined : state?.refusal)} />
    </form>
  )
}
