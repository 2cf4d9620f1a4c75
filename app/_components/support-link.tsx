'use client'

import { useTranslations } from 'next-intl'
import { useBrand } from './brand-context'
import { ButtonLink } from './button'
import { TextLink } from './text-link'

/** A link to support, for pages where people may need it. Nothing is shown if SUPPORT_URL is not set. */
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

/**
 * How to contact support, after a text that asks for it. Without SUPPORT_URL we know no way, so the text names none.
 * `asButton` makes it the main action of a page.
 */
export function ContactSupport({ asButton = false }: { asButton?: boolean }) {
  const { name, supportUrl } = useBrand()
  const t = useTranslations('support')
  if (!supportUrl) return <p className={asButton ? 'mt-3' : 'mt-1'}>{t('usualWay', { brand: name })}</p>
  if (!asButton) return <SupportLink />
  return (
    <div className="mt-6">
      <ButtonLink href={supportUrl}>{t('contact')}</ButtonLink>
    </div>
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
