import { QueryClient } from '@tanstack/react-query'

/** Nothing is retried or held back behind a person's back: a failed write is told, and asked again by its own button. */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
