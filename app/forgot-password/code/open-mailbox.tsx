import { useTranslations } from 'next-intl'
import type { MailProvider } from './mail-provider'

/** A link to the provider's web mailbox. It opens in a new tab, because people enter the code on this page. */
export function OpenMailbox({ provider }: { provider: MailProvider }) {
  const t = useTranslations('code')
  return (
    <p className="mt-3">
      <a
        href={provider.url}
        target="_blank"
        rel="noreferrer noopener"
        className="inline-flex min-h-target items-center gap-2 rounded-lg border border-outline px-gutter py-2 font-semibold text-ink hover:bg-sunken"
      >
        <span>
          {t('openMailbox', { provider: provider.name })} <span className="sr-only">{t('newTab')}</span>
        </span>
        <svg aria-hidden="true" viewBox="0 0 16 16" className="size-4 shrink-0 rtl:-scale-x-100">
          <path
            d="M6 3H3.5v9.5H13V10M9 3h4v4M13 3 7.5 8.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      </a>
    </p>
  )
}
