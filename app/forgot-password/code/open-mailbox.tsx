import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/app/_components/button'
import type { MailProvider } from './mail-provider'

interface OpenMailboxProps {
  provider: MailProvider
  /** `primary` where the link in the email is the only way on. */
  variant: 'primary' | 'secondary'
}

/** A link to the provider's web mailbox. It opens in a new tab, because people enter the code on this page. */
export function OpenMailbox({ provider, variant }: OpenMailboxProps) {
  const t = useTranslations('code')
  return (
    <div className="mt-3 grid">
      <ButtonLink variant={variant} href={provider.url} newTab>
        <span>
          {t('openMailbox', { provider: provider.name })} <span className="sr-only">{t('newTab')}</span>
        </span>
        <svg aria-hidden="true" viewBox="0 0 16 16" className="ms-2 size-4 shrink-0 rtl:-scale-x-100">
          <path
            d="M6 3H3.5v9.5H13V10M9 3h4v4M13 3 7.5 8.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      </ButtonLink>
    </div>
  )
}
