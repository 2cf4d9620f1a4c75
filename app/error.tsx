'use client'

import { useTranslations } from 'next-intl'
import { useTransition } from 'react'
import { Button } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'
import { SupportLink } from './_components/support-link'

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('problem')
  const [busy, startRetry] = useTransition()
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <PageShell>
      <PageHeading takeFocus>{t('title')}</PageHeading>
      <p className="mt-3 text-ink-soft">{t('body')}</p>
      {digest ? <p className="mt-3 text-sm text-ink-soft">{t('reference', { digest })}</p> : null}
      <SupportLink />
      <div className="mt-6">
        <Button busy={busy} busyLabel={t('retryBusy')} onClick={() => startRetry(() => retry())}>
          {t('retry')}
        </Button>
      </div>
    </PageShell>
  )
}
