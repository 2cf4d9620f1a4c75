'use client'

import { useTranslations } from 'next-intl'
import { useActionState } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import type { FormState } from '@/app/_components/form-state'
import { PageHeading } from '@/app/_components/page-heading'
import { isDeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { ContactSupport } from '@/app/_components/support-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { secureAccount } from './action'

interface SecureAccountProps {
  /** Ties the page to the link that was opened; null without one. */
  binding: string | null
  /** What the form just did, if it was posted without JavaScript. */
  done: string | undefined
  start: FormState | null
}

export function SecureAccount({ binding, done, start }: SecureAccountProps) {
  const [state, action] = useActionState(secureAccount, start)
  const t = useTranslations('secureAccount')
  const tDeadLink = useTranslations('deadLink')
  const secure = useCall((binding: string) => trpc.recovery.secureAccount.mutate({ binding }))
  const refusal = secure.refusal ?? (secure.busy ? undefined : state?.refusal)
  const posted = binding === null ? done : undefined

  if ((secure.done && !secure.result.emailed) || posted === 'account-secured-without-email') {
    return (
      <>
        <PageHeading takeFocus>{t('elsewhereTitle')}</PageHeading>
        <p className="mt-3">{t('elsewhereBody')}</p>
        <ContactSupport asButton />
      </>
    )
  }
  if (secure.done || posted === 'account-secured') {
    return (
      <>
        <PageHeading takeFocus>{t('doneTitle')}</PageHeading>
        <p className="mt-3">{t('doneBody')}</p>
        <p className="mt-3 text-ink-soft">{t('doneMailbox')}</p>
        {/* The old password no longer works, so the link is the only way in. There is nothing to sign in with yet. */}
        <p className="mt-6 border-t border-hairline pt-5 text-ink-soft">{t('noEmail')}</p>
        <div className="mt-4 grid">
          <ButtonLink variant="secondary" href="/forgot-password">
            {t('anotherEmail')}
          </ButtonLink>
        </div>
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
      <form action={action} className="mt-6">
        <Button
          busy={secure.busy}
          busyLabel={t('busy')}
          name="binding"
          value={binding}
          onClick={() => void secure.run(binding)}
        >
          {t('submit')}
        </Button>
      </form>
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
      <div className="mt-6">
        <ButtonLink href="/forgot-password">{t('newLink')}</ButtonLink>
      </div>
    </>
  )
}
