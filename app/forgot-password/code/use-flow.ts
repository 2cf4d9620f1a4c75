'use client'

import type { inferRouterOutputs } from '@trpc/server'
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
  const utils = trpc.useUtils()
  const query = trpc.recovery.flow.useQuery(undefined, {
    initialData: initial,
    staleTime: FRESH_MS,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const { data: flow, dataUpdatedAt } = query
  const deadline = (seconds = 0) => (seconds > 0 ? dataUpdatedAt + seconds * 1000 : 0)

  /** Applies what an error said: waits in seconds from now, or `null` when the flow has ended. */
  function update(change: { resendInSeconds?: number; blockedSeconds?: number } | null) {
    const elapsed = (Date.now() - dataUpdatedAt) / 1000
    const waits = Object.entries(change ?? {}).map(([name, seconds]) => [name, seconds + elapsed])
    utils.recovery.flow.setData(
      undefined,
      (before) => (change && before ? { ...before, ...Object.fromEntries(waits) } : null),
      { updatedAt: dataUpdatedAt },
    )
  }

  /** Applies that the account accepts no more codes. */
  const turnCodesOff = () =>
    utils.recovery.flow.setData(undefined, (before) => before && { ...before, codesOff: true, blockedSeconds: 0 }, {
      updatedAt: dataUpdatedAt,
    })

  return {
    account: flow?.account ?? null,
    resendAt: deadline(flow?.resendInSeconds),
    blockedUntil: deadline(flow?.blockedSeconds),
    codesOff: flow?.codesOff ?? false,
    update,
    turnCodesOff,
    reload: () => query.refetch(),
  }
}
