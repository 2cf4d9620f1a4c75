'use client'

import { messages } from '@/messages/en'
import { useBrand } from './brand-context'
import { TextLink } from './text-link'

/** Where people get help, after a text that asks them to contact support. Nothing if SUPPORT_URL is not set. */
export function SupportLink() {
  const { supportUrl } = useBrand()
  if (!supportUrl) return null
  return (
    <p className="mt-1">
      <TextLink href={supportUrl}>{messages.support.contact}</TextLink>
    </p>
  )
}

/** The link to support at the end of every page. */
export function SupportFooter() {
  const { supportUrl } = useBrand()
  if (!supportUrl) return null
  return (
    <footer className="mt-4 text-center">
      <TextLink href={supportUrl}>{messages.support.help}</TextLink>
    </footer>
  )
}
