import 'server-only'

import { headers } from 'next/headers'
import { cache } from 'react'
import { createApiContext } from '@/server/api/context'
import { createCaller } from '@/server/api/root'

/** Calls procedures on the server while a page is rendered. Each request has one context. */
export const api = cache(async () => createCaller(createApiContext(new Headers(await headers()), new Headers())))

export { hasOwnAccounts, signInUrl } from '@/server/api/sign-in-url'
