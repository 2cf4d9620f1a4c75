import Link from 'next/link'
import type { ReactNode } from 'react'

const LOOK =
  'inline-flex min-h-target items-center rounded-lg font-medium text-accent underline underline-offset-4 hover:text-accent-strong'

/** `document` loads a whole new page, so that the way back asks the server again. */
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
    <Anchor href={href} className={LOOK}>
      {children}
    </Anchor>
  )
}
