'use client'

import type { inferRouterOutputs } from '@trpc/server'
import { useEffect, useState } from 'react'
import { trpc } from '@/app/_trpc/client'
import type { AppRouter } from '@/server/api/root'

export type Flow = NonNullable<inferRouterOutputs<AppRouter>['recovery']['flow']>

/** Prevents a page that has just loaded from fetching the flow that it was rendered with. */
const FRESH_MS = 10_000

/**
 * The state of this browser's recovery. It is fetched again when the person returns to the tab, because another tab
 * may have changed it. Deadlines are in milliseconds since 1970, by the device's clock.
 */
export function useFlow(initial: Flow) {
  const [{ flow, readAt }, setState] = useState(() => ({ flow: initial as Flow | null, readAt: Date.now() }))
  const deadline = (seconds = 0) => (seconds > 0 ? readAt + seconds * 1000 : 0)

  /** Reads the flow again. Without an answer, the page keeps what it knows. */
  async function reload() {
    const news = await trpc.recovery.flow.query().catch(() => undefined)
    if (news !== undefined) setState({ flow: news, readAt: Date.now() })
  }

  useEffect(() => {
    const onReturn = () => {
      if (document.visibilityState === 'visible' && Date.now() - readAt > FRESH_MS) void reload()
    }
    window.addEventListener('visibilitychange', onReturn)
    return () => window.removeEventListener('visibilitychange', onReturn)
  })

  const change = (apply: (before: Flow, elapsedSeconds: number) => Flow | null) =>
    setState(({ flow, readAt }) => ({ flow: flow && apply(flow, (Date.now() - readAt) / 1000), readAt }))

  /** Applies what an error said: waits in seconds from now, or `null` when the flow has ended. */
  function update(news: { resendInSeconds?: number; blockedSeconds?: number } | null) {
    change((before, elapsed) => {
      if (!news) return null
      const waits = Object.entries(news).map(([name, seconds]) => [name, seconds + elapsed])
      return { ...before, ...Object.fromEntries(waits) }
    })
  }

  /** Applies that the account accepts no more codes. */
  const turnCodesOff = () => change((before) => ({ ...before, codesOff: true, blockedSeconds: 0 }))

  return {
    account: flow?.account ?? null,
    resendAt: deadline(flow?.resendInSeconds),
    blockedUntil: deadline(flow?.blockedSeconds),
    codesOff: flow?.codesOff ?? false,
    update,
    turnCodesOff,
    reload,
  }
}
