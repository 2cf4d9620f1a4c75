'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { useHydrated } from './hydrated'

const SHAPE =
  'inline-flex min-h-target items-center justify-center rounded-lg px-4 py-2 text-center font-semibold aria-disabled:cursor-default aria-busy:cursor-progress'

const LOOKS = {
  primary: 'w-full border border-transparent bg-accent text-on-accent not-aria-disabled:hover:bg-accent-strong',
  secondary: 'border border-outline text-ink not-aria-disabled:hover:bg-sunken',
  primaryHeld: 'w-full border border-outline bg-sunken text-ink-soft',
} as const

interface Look {
  look?: 'primary' | 'secondary'
}

interface ButtonProps extends Look {
  children: ReactNode
  /** What it says while busy or held. Both labels share one cell, so the width never changes. */
  busyLabel: string
  busy: boolean
  /** Cannot be pressed just now, though nothing is under way. */
  held?: boolean
  /** Says what the button acts on where its visible label alone would not. */
  label?: string
  onClick?: () => void
}

/** Submits its form, or calls `onClick` when it has one. */
export function Button({ look = 'primary', children, busyLabel, busy, held = false, label, onClick }: ButtonProps) {
  // Until the script runs a submit would be the browser's own, which loses what was typed.
  const hydrated = useHydrated()
  const inert = busy || held
  return (
    <button
      type={onClick ? 'button' : 'submit'}
      disabled={!hydrated}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      aria-label={inert ? undefined : label}
      onClick={inert ? undefined : onClick}
      className={`${SHAPE} ${LOOKS[held && look === 'primary' ? 'primaryHeld' : look]}`}
    >
      <span className="grid [&>*]:col-start-1 [&>*]:row-start-1">
        <span className={inert ? 'invisible' : undefined}>{children}</span>
        <span className={inert ? undefined : 'invisible'}>{busyLabel}</span>
      </span>
    </button>
  )
}

/** A link that looks like a button. `document` loads a whole new page, for steps that change who is signed in. */
export function ButtonLink({
  look = 'primary',
  href,
  document = false,
  children,
}: Look & { href: string; document?: boolean; children: ReactNode }) {
  const Anchor = document ? 'a' : Link
  return (
    <Anchor href={href} className={`${SHAPE} ${LOOKS[look]}`}>
      {children}
    </Anchor>
  )
}
