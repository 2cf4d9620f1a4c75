import 'server-only'

import { parseSetCookie } from 'cookie'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import type { FormState } from '@/app/_components/form-state'
import { readRefusal } from '@/app/_components/refusal'
import { type Caller, callForForm } from '@/server/api/form-call'

export { markDone } from '@/server/api/done'

interface FormSteps<T> {
  /** Calls the procedures. */
  call: (caller: Caller) => Promise<T>
  /** Returns the path of the next page, or null to show this one again. It may add cookies to the response. */
  next: (result: T, answer: Headers) => string | null
  /** The typed values to show again. Never a password or a code. */
  values?: Record<string, string>
  /** The paths to redirect to for refusals that this page cannot show, by their reasons. */
  elsewhere?: Partial<Record<string, string>>
}

/**
 * Runs a form that was posted without JavaScript. After a success the browser is redirected (303), so that reloading the
 * next page sends nothing again.
 * @returns the state with which Next.js renders the page of the form again
 */
export async function submitForm<T>({ call, next, values = {}, elsewhere = {} }: FormSteps<T>): Promise<FormState> {
  const answer = new Headers()
  const outcome = await callForForm(new Headers(await headers()), answer, call)
  const path = 'result' in outcome ? next(outcome.result, answer) : elsewhere[outcome.refusal.reason]
  await sendCookies(answer)
  if (path) redirect(path)
  if ('result' in outcome) return { values }
  // No object may occur twice: React would write a reference into the form, which `readFormPost` refuses.
  const { fields: _, ...details } = outcome.refusal
  return { refusal: { ...readRefusal({ data: outcome.refusal }), details }, values }
}

/** Hands the cookies of procedures to Next.js, which writes the response. */
async function sendCookies(answer: Headers) {
  const jar = await cookies()
  for (const line of answer.getSetCookie()) {
    const { name, value = '', maxAge, path, httpOnly, secure, sameSite } = parseSetCookie(line)
    jar.set({
      name,
      value,
      ...(maxAge !== undefined && { maxAge }),
      ...(path && { path }),
      httpOnly: httpOnly ?? false,
      secure: secure ?? false,
      ...(sameSite && { sameSite }),
    })
  }
}

/** The text of a form field. If it occurs twice, for browsers with and without JavaScript, the filled-in one counts. */
export function typed(form: FormData, name: string): string {
  const filled = form.getAll(name).find((value) => value !== '')
  return typeof filled === 'string' ? filled : ''
}
