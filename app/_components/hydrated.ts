'use client'

import { useSyncExternalStore } from 'react'

const subscribe = () => () => {}

/** False in the server's HTML and until the page's script runs, true from then on. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  )
}
