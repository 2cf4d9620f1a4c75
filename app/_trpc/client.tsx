'use client'

import { QueryClientProvider } from '@tanstack/react-query'
import { httpLink } from '@trpc/client'
import { createTRPCReact } from '@trpc/react-query'
import { type ReactNode, useState } from 'react'
import type { AppRouter } from '@/server/api/root'
import { createQueryClient } from './query-client'

export const trpc = createTRPCReact<AppRouter>()

export function TrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  // Queries are sent as POST too, because proxies log addresses, and these would contain what a person typed.
  const [client] = useState(() =>
    trpc.createClient({ links: [httpLink({ url: '/api/trpc', methodOverride: 'POST' })] }),
  )
  return (
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </trpc.Provider>
  )
}
