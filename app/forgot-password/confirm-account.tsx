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
  /** As it was typed. */
  account: string
  preview: AccountPreview
  /** The action without JavaScript. The pressed button sends the intent `send` or `back`. */
  action: (form: FormData) => void
  onYes: () => Promise<void>
  onNo: () => void
}

/** Shows the account that was found, so that its owner can recognise it before an email is sent. */
export function ConfirmAccount({ account, preview, action, onYes, onNo }: ConfirmAccountProps) {
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
      <form action={action} className="mt-6 grid gap-3">
        <input type="hidden" name="account" value={account} />
        <Button busy={busy} busyLabel={t('busy')} name="intent" value="send" onClick={() => void yes.run()}>
          {t('yes')}
        </Button>
        <Button
          variant="secondary"
          busy={false}
          unavailable={busy}
          busyLabel={t('no')}
          name="intent"
          value="back"
          onClick={onNo}
        >
          {t('no')}
        </Button>
      </form>
      <RefusalNotice refusal={yes.refusal} />
    </>
  )
}
