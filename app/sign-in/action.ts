'use server'

import type { FormState } from '@/app/_components/form-state'
import { submitForm, typed } from '@/app/_trpc/form-action'

/** Signs in, for a browser without JavaScript. */
export async function signIn(_: FormState | null, form: FormData): Promise<FormState> {
  const account = typed(form, 'account')
  return submitForm({
    call: (caller) => caller.session.signIn({ account, password: typed(form, 'password') }),
    next: () => '/account',
    values: { account },
  })
}
