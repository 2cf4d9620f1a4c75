import type { ReactNode } from 'react'

const CLASSES =
  'inline-flex min-h-target items-center rounded-lg font-medium text-accent underline underline-offset-4 hover:text-accent-strong'

/**
 * A link in text colour. Links load a new document: the back button then asks the server again, and the browser
 * downloads no router and prefetches no page.
 */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className={CLASSES}>
      {children}
    </a>
  )
}
