'use client'

import { useEffect, useState } from 'react'
import type { Strength } from './estimate-strength'

/** How long typing must pause before a password is estimated. */
const ESTIMATE_AFTER_MS = 200

let loading: Promise<typeof import('./estimate-strength')> | undefined

/** Loads the estimator once. After a failure, the next keystroke tries again. */
function load() {
  loading ??= import('./estimate-strength').catch((error) => {
    loading = undefined
    throw error
  })
  return loading
}

/**
 * Estimates the strength of a password while it is typed. The estimator is loaded at the first character.
 * @returns the last estimate; `unknown` if the estimator can't be loaded; null until there is an estimate
 */
export function useStrength(password: string, names: readonly string[]): Strength | 'unknown' | null {
  const [strength, setStrength] = useState<Strength | 'unknown' | null>(null)
  // Compared by value, because callers create a new list at each rendering.
  const words = names.join('\n')
  useEffect(() => {
    if (password === '') {
      setStrength(null)
      return
    }
    let outdated = false
    const loaded = load()
    const timer = setTimeout(async () => {
      const found = await loaded.then(
        ({ estimateStrength }) => estimateStrength(password, words.split('\n')),
        () => 'unknown' as const,
      )
      if (!outdated) setStrength(found)
    }, ESTIMATE_AFTER_MS)
    // Handles a failure that comes before the timer awaits the promise.
    loaded.catch(() => {})
    return () => {
      outdated = true
      clearTimeout(timer)
    }
  }, [password, words])
  return strength
}
