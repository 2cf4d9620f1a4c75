import { QueryClient } from '@tanstack/react-query'

/** Nothing is retried automatically or paused while offline: an error is shown, and the person tries again. */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
