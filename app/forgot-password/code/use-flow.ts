'use client'

import type { inferRouterOutputs } from '@trpc/server'
import { trpc } from '@/app/_trpc/client'
import type { AppRouter } from '@/server/api/root'

export type Flow = NonNullable<inferRouterOutputs<AppRouter>['recovery']['flow']>

/** Long enough that a page just loaded does not ask at once for what it came with. */
const FRESH_MS = 10_000

/**
 * Where this browser's recovery stands: what the page was made with, asked for again when somebody comes back
 * to it, for another tab may have gone on meanwhile. Deadlines are on the clock of the device.
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

  /** Takes in what a refusal has told: waits in seconds from now, or that the flow is over. */
  function learn(news: { resendInSeconds?: number; blockedSeconds?: number } | null) {
    const elapsed = (Date.now() - dataUpdatedAt) / 1000
    const told = Object.entries(news ?? {}).map(([name, seconds]) => [name, seconds + elapsed])
    utils.recovery.flow.setData(
      undefined,
      (before) => (news && before ? { ...before, ...Object.fromEntries(told) } : null),
      { updatedAt: dataUpdatedAt },
    )
  }

  return {
    account: flow?.account ?? null,
    resendAt: deadline(flow?.resendInSeconds),
    blockedUntil: deadline(flow?.blockedSeconds),
    learn,
    reload: () => query.refetch(),
  }
}
