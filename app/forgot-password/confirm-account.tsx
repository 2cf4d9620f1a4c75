'use client'

import type { inferRouterOutputs } from '@trpc/server'
import { useTranslations } from 'next-intl'
import { Button } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { usePageRestored } from '@/app/_components/page-restored'
import { Picture } from '@/app/_components/picture'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useCall } from '@/app/_components/use-call'
import type { AppRouter } from '@/server/api/root'

export type AccountPreview = inferRouterOutputs<AppRouter>['recovery']['locate']

interface ConfirmAccountProps {
  preview: AccountPreview
  onYes: () => Promise<void>
  onNo: () => void
}

/** Shows the account that was found, so that its owner can recognise it before an email is sent. */
export function ConfirmAccount({ preview, onYes, onNo }: ConfirmAccountProps) {
  const t = useTranslations('confirmAccount')
  const yes = useCall(onYes)
  usePageRestored(yes.reset)
  // Stay busy after a success, while the next page loads.
  const busy = yes.busy || yes.done

  return (
    <>
      <PageHeading takeFocus>{t('title')}</PageHeading>
      <div className="mt-5 flex flex-wrap items-center gap-4 rounded-lg border border-hairline bg-sunken px-gutter py-4">
        <Picture src={preview.picture} />
        <div className="min-w-32 flex-1">
          <p className="font-semibold">{preview.fullName}</p>
          <p className="text-ink-soft">{preview.email}</p>
        </div>
      </div>
      <p className="mt-4 text-ink-soft">{t('lead')}</p>
      <div className="mt-6 grid gap-3">
        <Button busy={busy} busyLabel={t('busy')} onClick={() => void yes.run()}>
          {t('yes')}
        </Button>
        <Button variant="secondary" busy={false} unavailable={busy} busyLabel={t('no')} onClick={onNo}>
          {t('no')}
        </Button>
      </div>
      <RefusalNotice refusal={yes.refusal} />
    </>
  )
}
