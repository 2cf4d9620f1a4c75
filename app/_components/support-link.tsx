'use client'

import { useTranslations } from 'next-intl'
import { useBrand } from './brand-context'
import { TextLink } from './text-link'

/** The support link below a text that asks people to contact support. Nothing is shown if SUPPORT_URL is not set. */
export function SupportLink() {
  const { supportUrl } = useBrand()
  const t = useTranslations('support')
  if (!supportUrl) return null
  return (
    <p className="mt-1">
      <TextLink href={supportUrl}>{t('contact')}</TextLink>
    </p>
  )
}

/** The link to support at the end of every page. */
export function SupportFooter() {
  const { supportUrl } = useBrand()
  const t = useTranslations('support')
  if (!supportUrl) return null
  return (
    <div className="mt-4 text-center">
      <TextLink href={supportUrl}>{t('help')}</TextLink>
    </div>
  )
}
