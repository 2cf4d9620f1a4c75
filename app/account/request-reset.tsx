'use client'

import { useTranslations } from 'next-intl'
import { Button } from '@/app/_components/button'
import { Notice } from '@/app/_components/notice'
import { TextLink } from '@/app/_components/text-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { AccountRefusal } from './account-refusal'

export function RequestReset({ email }: { email: string }) {
  const t = useTranslations('account')
  const request = useCall(() => trpc.account.requestReset.mutate())
  return (
    <>
      <Button
        variant="secondary"
        busy={request.busy}
        busyLabel={t('requestResetBusy')}
        onClick={() => void request.run()}
      >
        {t('requestReset')}
      </Button>
      {request.done ? (
        <div className="mt-4">
          <Notice tone="success" live>
            <p>{t.rich('requestResetSent', { email: () => <bdi>{email}</bdi> })}</p>
            <TextLink href="/forgot-password/code">{t('typeCode')}</TextLink>
          </Notice>
        </div>
      ) : null}
      <AccountRefusal refusal={request.refusal} />
    </>
  )
}
