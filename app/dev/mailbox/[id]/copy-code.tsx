'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from '@/app/_components/button'
import { useHydrated } from '@/app/_components/hydrated'

/** A button that copies the code of the email. It is hidden without JavaScript and over plain HTTP, where it cannot work. */
export function CopyCode({ code }: { code: string }) {
  const t = useTranslations('mailbox')
  const hydrated = useHydrated()
  const [copied, setCopied] = useState(false)
  if (!hydrated || !navigator.clipboard) return null

  async function copy() {
    setCopied(false)
    // The browser may refuse to copy. The code can still be selected in the email.
    await navigator.clipboard.writeText(code).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-1">
      <Button variant="secondary" busy={false} busyLabel={t('copyCode')} onClick={() => void copy()}>
        {t('copyCode')}
      </Button>
      <span role="status" className="text-success">
        {copied ? t('copied') : ''}
      </span>
    </div>
  )
}
