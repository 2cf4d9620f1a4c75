import { useLocale, useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import type { RefusedLink } from '@/app/_components/refusal'
import { ReloadButton } from '@/app/_components/reload-button'
import { ContactSupport } from '@/app/_components/support-link'
import { TextLink } from '@/app/_components/text-link'
import { formatDuration } from '@/server/language/format-duration'

interface RefusedLinkMessageProps {
  reason: RefusedLink
  /** Until the link may be opened. */
  waitSeconds: number
}

/** Why the link or code can't be used now, how long to wait, and what to do instead. */
export function RefusedLinkMessage({ reason, waitSeconds }: RefusedLinkMessageProps) {
  const t = useTranslations('resetPassword')
  const tRetry = useTranslations('retry')
  const tRefusedLink = useTranslations('refusedLink')
  const formats = useLocale()
  return (
    <>
      <PageHeading>{tRefusedLink(`${reason}.title`)}</PageHeading>
      <p className="mt-3 text-ink-soft">{tRefusedLink(`${reason}.body`)}</p>
      {waitSeconds > 0 ? (
        <p className="mt-3">{tRetry('waitFor', { duration: formatDuration(formats, waitSeconds) })}</p>
      ) : null}
      {reason === 'account-frozen' ? (
        <ContactSupport asButton />
      ) : (
        <div className="mt-6 grid gap-3">
          {reason === 'links-paused' ? <ButtonLink href="/forgot-password/code">{t('enterCode')}</ButtonLink> : null}
          <ReloadButton
            variant={reason === 'links-paused' ? 'secondary' : 'primary'}
            label={tRetry('idle')}
            waitSeconds={waitSeconds}
          />
        </div>
      )}
      <div className="mt-3">
        <TextLink href="/sign-in">{t('signIn')}</TextLink>
      </div>
    </>
  )
}
