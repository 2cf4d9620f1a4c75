import 'server-only'

import { getRedirectError } from 'next/dist/client/components/redirect'
import { RedirectStatusCode } from 'next/dist/client/components/redirect-status-code'
import { headers } from 'next/headers'
import { cache } from 'react'
import type { FormState } from '@/app/_components/form-state'
import { createApiContext } from '@/server/api/context'
import { type Done, readDone } from '@/server/api/done'
import { readOutdatedForm } from '@/server/api/outdated-form'
import { createCaller } from '@/server/api/root'

/** Calls procedures on the server while a page is rendered. Each request has one context. */
export const api = cache(async () => createCaller(createApiContext(new Headers(await headers()), new Headers())))

/**
 * Redirects from a page with 303, so that the browser follows with a GET. The post of a form also renders its page, and
 * the browser would repeat the post after a 307, which `redirect` sends.
 */
export function seeOther(path: string): never {
  throw getRedirectError(path, 'replace', RedirectStatusCode.SeeOther)
}

/** The first state of a page's form: what was typed into a form of another build, or null. */
export async function formStart(): Promise<FormState | null> {
  const values = readOutdatedForm(await headers())
  return values && { refusal: { reason: 'page-outdated', details: {}, fields: {} }, values }
}

/** What the last form did, if it was posted without JavaScript; otherwise null. */
export const lastDone = async (): Promise<Done | null> => readDone(await headers())

export { hasOwnAccounts, signInUrl } from '@/server/api/sign-in-url'
