import { NextIntlClientProvider, useMessages } from 'next-intl'
import type { ReactNode } from 'react'
import type { Messages } from '@/server/language/messages'

interface ClientTextsProps {
  /** The parts of the catalogue that the client components inside use. */
  parts: readonly (keyof Messages)[]
  children: ReactNode
}

/** Sends only these texts to the browser, in the language of the page. */
export function ClientTexts({ parts, children }: ClientTextsProps) {
  const messages = useMessages()
  const sent = Object.fromEntries(parts.map((part) => [part, messages[part]]))
  return <NextIntlClientProvider messages={sent}>{children}</NextIntlClientProvider>
}
