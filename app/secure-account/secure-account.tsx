'use client'

import { useTranslations } from 'next-intl'
import { Button, ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { SupportLink } from '@/app/_components/support-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'

/** @param binding ties the page to the link that was opened; null without one */
export function SecureAccount({ binding }: { binding: string | null }) {
  const t = useTranslations('secureAccount')
  const tDeadLink = useTranslations('deadLink')
  const secure = useCall((binding: string) => trpc.recovery.secureAccount.mutate({ binding }))
  const { refusal } = secure

  if (secure.done && !secure.result.emailed) {
    return (
      <>
        <PageHeading takeFocus>{t('elsewhereTitle')}</PageHeading>
        <p className="mt-3">{t('elsewhereBody')}</p>
        <SupportLink />
      </>
    )
  }
  if (secure.done) {
    return (
      <>
        <PageHeading takeFocus>{t('doneTitle')}</PageHeading>
        <p className="mt-3">{t('doneBody')}</p>
        <p className="mt-3 text-ink-soft">{t('doneMailbox')}</p>
      </>
    )
  }
  if (binding === null) return <InvalidLink title={t('missingTitle')} body={t('missingBody')} />
  const reason = refusal?.reason
  if (isDeadLink(reason)) return <InvalidLink title={tDeadLink(`${reason}.title`)} body={t('deadBody')} takeFocus />
  return (
    <>
      <PageHeading>{t('title')}</PageHeading>
      <p className="mt-3">{t('lead')}</p>
      <div className="mt-8">
        <Button busy={secure.busy} busyLabel={t('busy')} onClick={() => void secure.run(binding)}>
          {t('submit')}
        </Button>
      </div>
      <RefusalNotice refusal={refusal} />
      <p className="mt-4 text-ink-soft">{t('wasMe')}</p>
    </>
  )
}

function InvalidLink({ title, body, takeFocus = false }: { title: string; body: string; takeFocus?: boolean }) {
  const t = useTranslations('secureAccount')
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      <div className="mt-8">
        <ButtonLink href="/forgot-password">{t('newLink')}</ButtonLink>
      </div>
    </>
  )
}
