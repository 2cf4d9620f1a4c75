import { z } from 'zod'
import { RecoveryError } from '@/server/core/errors'
import { type CookieName, readCookie } from '@/server/http/cookies'
import { bindingOf, refuseOtherToken } from '@/server/recovery/form-binding'
import type { ApiContext } from './context'

/** The token of an emailed link, for pages that act only when their button is pressed. */

type TokenCookie = Extract<CookieName, 'secure-account' | 'stop-emails'>

/** Programs send `token`. The page has it in a cookie, and sends the `binding` of its form. */
export const emailedTokenInput = z.object({
  token: z.string().max(4096).optional(),
  binding: z.string().max(64).optional(),
})

/** What the page's form needs, or null if this browser has not opened such a link. Looks nothing up. */
export function readForm(ctx: ApiContext, cookie: TokenCookie): { binding: string } | null {
  const token = readCookie(ctx.headers, cookie)
  return token ? { binding: bindingOf(ctx.recovery.secrets, { token }) } : null
}

/**
 * The token that a call is about.
 * @throws RecoveryError `secret-changed` if the browser holds another token than that of the form
 */
export function emailedToken(ctx: ApiContext, cookie: TokenCookie, input: z.infer<typeof emailedTokenInput>): string {
  if (input.token !== undefined) return input.token
  const held = readCookie(ctx.headers, cookie)
  if (!held && input.binding === undefined) throw new RecoveryError('link-unknown')
  refuseOtherToken(ctx.recovery.secrets, input.binding ?? '', held ?? '')
  return held ?? ''
}
