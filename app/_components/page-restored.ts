'use client'

import { useEffect, useRef } from 'react'

/** Calls `onRestore` when the browser restores the page from its back/forward cache, where a button may still look busy. */
export function usePageRestored(onRestore: () => void) {
  const latest = useRef(onRestore)
  useEffect(() => {
    latest.current = onRestore
  })
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) latest.current()
    }
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])
}
