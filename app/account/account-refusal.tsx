import { useTranslations } from 'next-intl'
import type { Refusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { TextLink } from '@/app/_components/text-link'

/** The error of an action on this page, with a link to sign in again if the session has ended. */
export function AccountRefusal({ refusal }: { refusal: Refusal | undefined }) {
  const t = useTranslations('account')
  if (!refusal) return null
  return (
    <RefusalNotice refusal={refusal}>
      {refusal.reason === 'not-signed-in' ? <TextLink href="/sign-in">{t('signInAgain')}</TextLink> : null}
    </RefusalNotice>
  )
}
