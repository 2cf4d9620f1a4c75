'use server'

import type { FormState } from '@/app/_components/form-state'
import { markDone, submitForm, typed } from '@/app/_trpc/form-action'

/** Changes the password, for a browser without JavaScript. */
export async function resetPassword(_: FormState | null, form: FormData): Promise<FormState> {
  const [binding, password, confirmPassword] = ['binding', 'password', 'confirmPassword'].map((name) =>
    typed(form, name),
  ) as [string, string, string]
  return submitForm({
    call: (caller) => caller.recovery.resetPassword({ binding, password, confirmPassword }),
    next: (_, answer) => {
      markDone(answer, 'password-changed')
      return '/reset-password'
    },
  })
}
