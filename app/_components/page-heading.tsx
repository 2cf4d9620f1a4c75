'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** The page's h1. `takeFocus` makes screen readers announce it when it replaces another state of the page. */
export function PageHeading({ takeFocus = false, children }: { takeFocus?: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (takeFocus) heading.current?.focus()
  }, [takeFocus])
  return (
    <h1 ref={heading} tabIndex={-1} className="font-display text-title text-balance">
      {children}
    </h1>
  )
}
