import 'server-only'

import { headers } from 'next/headers'
import { cache } from 'react'
import { createApiContext } from '@/server/api/context'
import { createCaller } from '@/server/api/root'

/** The procedures, called on the server for the request being rendered; one context a request. */
export const api = cache(async () => createCaller(createApiContext(new Headers(await headers()), new Headers())))
