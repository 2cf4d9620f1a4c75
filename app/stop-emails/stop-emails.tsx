'use client'

import { useTranslations } from 'next-intl'
import { type ReactNode, useActionState } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import type { FormState } from '@/app/_components/form-state'
import { LocalTime } from '@/app/_components/local-time'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { stopEmails } from './action'

interface StopEmailsProps {
  /** Ties the page to the link that was opened; null without one. */
  binding: string | null
  /** If the form just stopped emails without JavaScript: until when (ISO 8601). */
  stoppedUntil: string | null
  /** True if the form just allowed emails again without JavaScript. */
  allowed: boolean
  start: FormState | null
}

export function StopEmails({ binding, stoppedUntil, allowed, start }: StopEmailsProps) {
  const [state, action] = useActionState(stopEmails, start)
  const t = useTranslations('stopEmails')
  const tDeadLink = useTranslations('deadLink')
  const stop = useCall((binding: string) => trpc.recovery.stopEmails.mutate({ binding }))
  const allow = useCall((binding: string) => trpc.recovery.allowEmails.mutate({ binding }))
  const busy = stop.busy || allow.busy
  const refusal = allow.refusal ?? stop.refusal ?? (busy ? undefined : state?.refusal)
  const until = stop.done ? stop.result.until : stoppedUntil
  const reason = refusal?.reason

  if (binding === null && !allowed) return <Ending title={t('missingTitle')} body={t('missingBody')} />
  if (binding === null || allow.done) {
    return (
      <Ending title={t('allowedTitle')} body={t('allowed')} takeFocus>
        <div className="mt-6">
          <ButtonLink href="/forgot-password">{t('newEmail')}</ButtonLink>
        </div>
      </Ending>
    )
  }
  if (isDeadLink(reason)) {
    return (
      <Ending title={tDeadLink(`${reason}.title`)} body={t('deadBody')} takeFocus>
        <div className="mt-6">
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
      name="intent"
      value="allow"
      onClick={() => void allow.run(binding)}
    >
      {t('allow')}
    </Button>
  )
  return (
    <form action={action}>
      <input type="hidden" name="binding" value={binding} />
      {until ? (
        <>
          <PageHeading takeFocus>{t('stoppedTitle')}</PageHeading>
          <p className="mt-3">
            {t.rich('stopped', {
              time: () => (
                <strong>
                  <LocalTime at={until} />
                </strong>
              ),
            })}
          </p>
          <p className="mt-3 text-ink-soft">{t('undo')}</p>
          <div className="mt-6 grid">{allowButton}</div>
        </>
      ) : (
        <>
          <PageHeading>{t('title')}</PageHeading>
          <p className="mt-3">{t('lead')}</p>
          <p className="mt-3 text-ink-soft">{t('keeps')}</p>
          <div className="mt-6 grid gap-3">
            <Button
              busy={stop.busy}
              unavailable={busy && !stop.busy}
              busyLabel={stop.busy ? t('busy') : t('submit')}
              name="intent"
              value="stop"
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
    </form>
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
