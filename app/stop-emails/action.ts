'use server'

import type { FormState } from '@/app/_components/form-state'
import { markDone, submitForm, typed } from '@/app/_trpc/form-action'

/** Stops the emails of the opened link, or allows them again, for a browser without JavaScript. */
export async function stopEmails(_: FormState | null, form: FormData): Promise<FormState> {
  const binding = typed(form, 'binding')
  if (typed(form, 'intent') === 'allow') {
    return submitForm({
      call: (caller) => caller.recovery.allowEmails({ binding }),
      next: (_, answer) => {
        markDone(answer, 'emails-allowed')
        return '/stop-emails'
      },
    })
  }
  return submitForm({
    call: (caller) => caller.recovery.stopEmails({ binding }),
    next: ({ until }, answer) => {
      markDone(answer, 'emails-stopped', until)
      return '/stop-emails'
    },
  })
}
