import { QueryClient } from '@tanstack/react-query'

/** Nothing is retried behind a person's back: a failed write is told, and asked again by its own button. */
export const createQueryClient = () =>
  new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 30_000 }, mutations: { retry: false } } })
