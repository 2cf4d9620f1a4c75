'use server'

import type { FormState } from '@/app/_components/form-state'
import { submitForm, typed } from '@/app/_trpc/form-action'
import type { AccountPreview } from './confirm-account'

export interface ForgotPasswordState extends FormState {
  /** The account that was found, until its owner confirms it. */
  found?: AccountPreview
  /** The person said that it is not theirs. */
  returned?: boolean
}

/**
 * Finds the account under `reveal`, and requests the email once it is confirmed, for a browser without JavaScript. Under
 * `conceal` it requests the email at once.
 */
export async function forgotPassword(_: ForgotPasswordState | null, form: FormData): Promise<ForgotPasswordState> {
  const account = typed(form, 'account')
  const intent = typed(form, 'intent')
  const values = { account: account.trim() }
  if (intent === 'back') return { values, returned: true }
  let found: AccountPreview | undefined
  const state = await submitForm({
    call: async (caller) => {
      const { disclosure } = await caller.recovery.terms()
      if (disclosure === 'reveal' && intent !== 'send') found = await caller.recovery.locate({ account })
      else await caller.recovery.request({ account })
    },
    next: () => (found ? null : '/forgot-password/code'),
    values,
  })
  return found ? { ...state, found } : state
}
