'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** The page's h1. With `takeFocus` it is read out when it replaces another state of the same page. */
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
