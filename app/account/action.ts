'use server'

import type { FormState } from '@/app/_components/form-state'
import { markDone, submitForm, typed } from '@/app/_trpc/form-action'

/** The actions of the account page, for browsers without JavaScript. */

/** People whose session has ended sign in again. */
const elsewhere = { 'not-signed-in': '/sign-in' }

export async function signOut(): Promise<FormState> {
  return submitForm({ call: (caller) => caller.session.signOut(), next: () => '/sign-in', elsewhere })
}

export async function requestReset(): Promise<FormState> {
  return submitForm({
    call: (caller) => caller.account.requestReset(),
    next: (_, answer) => {
      markDone(answer, 'email-sent')
      return '/account'
    },
    elsewhere,
  })
}

/** Ends the session that the field `id` names, or all other sessions if it is empty. The next page names the `device`. */
export async function endSessions(_: FormState | null, form: FormData): Promise<FormState> {
  const id = typed(form, 'id')
  return submitForm({
    call: async (caller) => {
      if (id) await caller.account.endSession({ id })
      else await caller.account.endOtherSessions()
    },
    next: (_, answer) => {
      markDone(answer, id ? 'session-ended' : 'sessions-ended', typed(form, 'device').slice(0, 100))
      return '/account'
    },
    elsewhere,
  })
}
