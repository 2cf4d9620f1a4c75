'use server'

import type { FormState } from '@/app/_components/form-state'
import { markDone, submitForm, typed } from '@/app/_trpc/form-action'
import { codeError, plainCode } from '@/server/core/typed-input'

/** The actions of the code page, for browsers without JavaScript. */

/** People without a request in progress start again. */
const elsewhere = { 'flow-missing': '/forgot-password' }

/** Checks a code. A code that cannot be right, such as one with five digits, uses up no try. */
export async function enterCode(_: FormState | null, form: FormData): Promise<FormState> {
  const code = typed(form, 'code')
  const wrong = codeError(code)
  if (wrong) return { refusal: { reason: wrong, details: {}, fields: {} }, values: {} }
  return submitForm({
    call: (caller) => caller.recovery.verifyCode({ code: plainCode(code) }),
    next: () => '/reset-password',
    elsewhere,
  })
}

/** Requests another email for the same account, or says how long to wait. */
export async function sendAgain(): Promise<FormState> {
  let waitSeconds = 0
  const state = await submitForm({
    call: async (caller) => {
      const flow = await caller.recovery.flow()
      waitSeconds = flow?.resendInSeconds ?? 0
      if (flow && waitSeconds === 0) await caller.recovery.request({ account: flow.account })
      return flow
    },
    next: (flow, answer) => {
      if (!flow) return '/forgot-password'
      if (waitSeconds > 0) return null
      markDone(answer, 'email-sent')
      return '/forgot-password/code'
    },
  })
  if (waitSeconds === 0) return state
  return { refusal: { reason: 'asked-too-soon', details: { retryAfterSeconds: waitSeconds }, fields: {} }, values: {} }
}
