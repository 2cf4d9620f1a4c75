'use client'

import { useEffect, useRef } from 'react'

/** Calls back when the back button brings the page back as it was left: busy, perhaps, with nothing under way. */
export function usePageRestored(wake: () => void) {
  const latest = useRef(wake)
  useEffect(() => {
    latest.current = wake
  })
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) latest.current()
    }
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])
}
