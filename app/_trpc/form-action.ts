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
  /** The path of the page that comes next, or null for this page. It may add cookies to the answer. */
  next: (result: T, answer: Headers) => string | null
  /** What was typed and is shown again. Never a password or a code. */
  values?: Record<string, string>
  /** The path to go to for a refusal that this page cannot show. */
  elsewhere?: Partial<Record<string, string>>
}

/**
 * Runs a form that was posted without JavaScript. After a success the browser is redirected (303), so that reloading the
 * next page sends nothing again.
 * @returns the refusal, with which Next.js renders the page of the form again
 */
export async function submitForm<T>({ call, next, values = {}, elsewhere = {} }: FormSteps<T>): Promise<FormState> {
  const answer = new Headers()
  const outcome = await callForForm(new Headers(await headers()), answer, call)
  const path = 'result' in outcome ? next(outcome.result, answer) : elsewhere[outcome.refusal.reason]
  await sendCookies(answer)
  if (path) redirect(path)
  if ('result' in outcome) return { values }
  // No object twice: React would write a reference into the form, which `readFormPost` refuses.
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

/** A field of a posted form as text: the first that is filled in, because a page may have one for each kind of browser. */
export function typed(form: FormData, name: string): string {
  const filled = form.getAll(name).find((value) => value !== '')
  return typeof filled === 'string' ? filled : ''
}
