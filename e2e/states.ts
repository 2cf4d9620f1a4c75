import type { PageState } from './state-visit'
import { CODE_PAGE } from './states-code-page'
import { MAILBOX_PAGES } from './states-mailbox-pages'
import { NEW_PASSWORD_PAGE } from './states-new-password-page'
import { OWNER } from './states-owner'
import { REQUESTING } from './states-requesting'
import { SIGNING_IN } from './states-signing-in'

export { endPause, type PageState, type Visit } from './state-visit'

/**
 * Every page in every state, in any language. `layout.spec.ts` checks each, and `npm run screenshots` takes a picture.
 * The app must run with ACCOUNT_DISCLOSURE=reveal and the development mailbox.
 */
export const STATES: readonly PageState[] = [
  ...SIGNING_IN,
  ...REQUESTING,
  ...CODE_PAGE,
  ...NEW_PASSWORD_PAGE,
  ...OWNER,
  ...MAILBOX_PAGES,
]
