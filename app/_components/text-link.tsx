import Link from 'next/link'
import type { ReactNode } from 'react'

const LOOK =
  'inline-flex min-h-target items-center rounded-lg font-medium text-accent underline underline-offset-4 hover:text-accent-strong'

export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={LOOK}>
      {children}
    </Link>
  )
}

/** Looks like a link and acts within the page. */
export function TextButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" onClick={onClick} className={LOOK}>
      {children}
    </button>
  )
}
