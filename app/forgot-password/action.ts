'use server'

import type { FormState } from '@/app/_components/form-state'
import { submitForm, typed } from '@/app/_trpc/form-action'
import type { AccountPreview } from './confirm-account'

export interface ForgotPasswordState extends FormState {
  /** The account that was found, until its owner confirms it. */
  found?: AccountPreview
  /** True if the person said that the account is not theirs. */
  returned?: boolean
}

/**
 * The form of the page, for a browser without JavaScript. Under `conceal` it requests the email at once. Under `reveal`
 * it first finds the account, and requests the email when the person has confirmed the account.
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
