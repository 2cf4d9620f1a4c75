import Link from 'next/link'
import type { ReactNode } from 'react'

const CLASSES =
  'inline-flex min-h-target items-center rounded-lg font-medium text-accent underline underline-offset-4 hover:text-accent-strong'

/** A link in text colour. `document` loads a new document, so that the back button asks the server again. */
export function TextLink({
  href,
  document = false,
  children,
}: {
  href: string
  document?: boolean
  children: ReactNode
}) {
  const Anchor = document ? 'a' : Link
  return (
    <Anchor href={href} className={CLASSES}>
      {children}
    </Anchor>
  )
}
