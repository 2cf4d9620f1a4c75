'use server'

import type { FormState } from '@/app/_components/form-state'
import { markDone, submitForm, typed } from '@/app/_trpc/form-action'

/** Secures the account of the opened link, for a browser without JavaScript. */
export async function secureAccount(_: FormState | null, form: FormData): Promise<FormState> {
  return submitForm({
    call: (caller) => caller.recovery.secureAccount({ binding: typed(form, 'binding') }),
    next: ({ emailed }, answer) => {
      markDone(answer, emailed ? 'account-secured' : 'account-secured-without-email')
      return '/secure-account'
    },
  })
}
