import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '@/server/api/root'

/**
 * Calls procedures from the browser. Nothing is retried automatically: an error is shown, and the person tries again.
 * Queries are sent as POST too, because proxies log addresses, and these would contain what a person typed.
 */
export const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/trpc', methodOverride: 'POST' })] })
