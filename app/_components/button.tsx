'use client'

import type { MouseEvent, ReactNode } from 'react'
import { useHydrated } from './hydrated'

const SHAPE =
  'inline-flex min-h-target items-center justify-center rounded-lg px-gutter py-2 text-center font-semibold aria-disabled:cursor-default aria-busy:cursor-progress'

const COLORS = {
  primary: 'w-full border border-button-edge bg-button text-on-button not-aria-disabled:hover:bg-button-strong',
  secondary: 'border border-outline text-ink not-aria-disabled:hover:bg-sunken',
  primaryUnavailable: 'w-full border border-outline bg-sunken text-ink-soft',
} as const

interface Variant {
  variant?: 'primary' | 'secondary'
}

interface ButtonProps extends Variant {
  children: ReactNode
  /** The label while busy or unavailable. Both labels share one grid cell, so the button never changes its size. */
  busyLabel: string
  busy: boolean
  /** Cannot be pressed at the moment, although nothing is in progress. */
  unavailable?: boolean
  /** The accessible name, where the visible label does not say what the button acts on. */
  label?: string
  /** Sent with the form without JavaScript. Needed if the form has several buttons, or if the button has `onClick`. */
  name?: string
  value?: string
  onClick?: () => void
}

/**
 * A button that submits its form, or calls `onClick` if it is given. With a `name` it submits its form until JavaScript
 * has loaded, and calls `onClick` afterwards. Before that it is never unavailable: no countdown could enable it again.
 */
export function Button({
  variant = 'primary',
  children,
  busyLabel,
  busy,
  unavailable = false,
  label,
  name,
  value,
  onClick,
}: ButtonProps) {
  const hydrated = useHydrated()
  const inert = hydrated && (busy || unavailable)
  const press = (event: MouseEvent) => {
    event.preventDefault()
    if (!inert) onClick?.()
  }
  return (
    <>
      <button
        type={onClick && !name ? 'button' : 'submit'}
        name={name}
        value={value}
        aria-disabled={inert || undefined}
        aria-busy={(hydrated && busy) || undefined}
        aria-label={inert ? undefined : label}
        onClick={onClick ? press : undefined}
        className={`${SHAPE} ${COLORS[inert && unavailable && variant === 'primary' ? 'primaryUnavailable' : variant]}`}
      >
        <span className="grid items-center tabular-nums [&>*]:col-start-1 [&>*]:row-start-1">
          <span className={inert ? 'invisible' : undefined}>{children}</span>
          <span className={inert ? undefined : 'invisible'}>{busyLabel}</span>
        </span>
      </button>
      {/* Screen readers do not reliably announce a label that changes. Without JavaScript, a button is never busy. */}
      {hydrated ? (
        <span role="status" className="sr-only">
          {busy ? busyLabel : ''}
        </span>
      ) : null}
    </>
  )
}

interface ButtonLinkProps extends Variant {
  href: string
  /** Opens another website in a tab of its own, which learns nothing about this page. */
  newTab?: boolean
  children: ReactNode
}

/** A link that looks like a button. It loads a new document, as `TextLink` does. */
export function ButtonLink({ variant = 'primary', href, newTab = false, children }: ButtonLinkProps) {
  return (
    <a
      href={href}
      {...(newTab && { target: '_blank', rel: 'noreferrer noopener' })}
      className={`${SHAPE} ${COLORS[variant]}`}
    >
      {children}
    </a>
  )
}
