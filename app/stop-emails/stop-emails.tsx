'use client'

import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'

/** @param binding ties the page to the link that was opened; null without one */
export function StopEmails({ binding }: { binding: string | null }) {
  const t = useTranslations('stopEmails')
  const tDeadLink = useTranslations('deadLink')
  const stop = useCall((binding: string) => trpc.recovery.stopEmails.mutate({ binding }))
  const allow = useCall((binding: string) => trpc.recovery.allowEmails.mutate({ binding }))
  const busy = stop.busy || allow.busy
  const refusal = allow.refusal ?? stop.refusal
  const reason = refusal?.reason

  if (binding === null) return <Ending title={t('missingTitle')} body={t('missingBody')} />
  if (allow.done) {
    return (
      <Ending title={t('allowedTitle')} body={t('allowed')} takeFocus>
        <div className="mt-8">
          <ButtonLink href="/forgot-password">{t('newEmail')}</ButtonLink>
        </div>
      </Ending>
    )
  }
  if (isDeadLink(reason)) {
    return (
      <Ending title={tDeadLink(`${reason}.title`)} body={t('deadBody')} takeFocus>
        <div className="mt-8">
          <ButtonLink href="/forgot-password">{t('newEmail')}</ButtonLink>
        </div>
      </Ending>
    )
  }

  const allowButton = (
    <Button
      variant="secondary"
      busy={allow.busy}
      unavailable={busy && !allow.busy}
      busyLabel={allow.busy ? t('allowBusy') : t('allow')}
      onClick={() => void allow.run(binding)}
    >
      {t('allow')}
    </Button>
  )
  return (
    <>
      {stop.done ? (
        <>
          <PageHeading takeFocus>{t('stoppedTitle')}</PageHeading>
          <p className="mt-3">
            {t.rich('stopped', {
              time: () => (
                <strong>
                  <LocalTime at={stop.result.until} />
                </strong>
              ),
            })}
          </p>
          <p className="mt-3 mb-8 text-ink-soft">{t('undo')}</p>
          {allowButton}
        </>
      ) : (
        <>
          <PageHeading>{t('title')}</PageHeading>
          <p className="mt-3">{t('lead')}</p>
          <p className="mt-3 text-ink-soft">{t('keeps')}</p>
          <div className="mt-8 grid gap-3">
            <Button
              busy={stop.busy}
              unavailable={busy && !stop.busy}
              busyLabel={stop.busy ? t('busy') : t('submit')}
              onClick={() => {
                allow.reset()
                void stop.run(binding)
              }}
            >
              {t('submit')}
            </Button>
            {allowButton}
          </div>
        </>
      )}
      <RefusalNotice refusal={refusal} />
    </>
  )
}

interface EndingProps {
  title: string
  body: string
  takeFocus?: boolean
  children?: ReactNode
}

function Ending({ title, body, takeFocus = false, children }: EndingProps) {
  return (
    <>
      <PageHeading takeFocus={takeFocus}>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      {children}
    </>
  )
}
