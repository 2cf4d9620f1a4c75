'use client'

import { type FormEvent, useRef, useState } from 'react'
import { useErrorText } from './error-text'
import type { FormState } from './form-state'
import { usePageRestored } from './page-restored'
import { type Reason, type ReasonDetails, type Refusal, readRefusal } from './refusal'

interface FormOptions<Name extends string> {
  names: readonly [Name, ...Name[]]
  /** Checks each input by the server's own rules, so that an error is shown without a request. */
  check: (values: Record<Name, string>) => Partial<Record<Name, Reason | null>>
  /** The input that a reason concerns. Reasons that are not listed concern the whole form. */
  fieldOf: Partial<Record<Reason, Name>>
  send: (values: Record<Name, string>) => Promise<unknown>
  /** From `useActionState`: the action that is called without JavaScript, and its latest result. */
  action: (form: FormData) => void
  state: FormState | null
}

/**
 * Validates a form, sends it once and shows each error at its input. It never changes what the person typed.
 * After a success the form stays busy, because the page is about to show something else.
 */
export function useForm<Name extends string>(options: FormOptions<Name>) {
  const { names, check, fieldOf, send, action, state } = options
  const [posted] = useState(() => presentRefusal(state?.refusal))
  const [busy, setBusy] = useState(false)
  const [errors, setErrors] = useState(posted.errors)
  const [details, setDetails] = useState<ReasonDetails | undefined>(state?.refusal?.details)
  const errorText = useErrorText()
  const [refusal, setRefusal] = useState(posted.refusal)
  const inFlight = useRef(false)

  usePageRestored(() => {
    inFlight.current = false
    setBusy(false)
  })

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    // A ref, because a double click submits twice before React renders the first state change.
    if (inFlight.current) return
    const form = event.currentTarget
    const formData = new FormData(form)
    const values = Object.fromEntries(names.map((name) => [name, String(formData.get(name) ?? '')])) as Record<
      Name,
      string
    >

    const showErrors = (found: Partial<Record<Name, Reason>>, details?: ReasonDetails) => {
      setErrors(found)
      setDetails(details)
      const first = names.find((name) => found[name])
      const input = first && form.elements.namedItem(first)
      if (input instanceof HTMLElement) input.focus()
    }

    setRefusal(undefined)
    const checked = check(values)
    if (names.some((name) => checked[name])) {
      showErrors(reasonsOf(names, (name) => checked[name]))
      return
    }

    inFlight.current = true
    setBusy(true)
    setErrors({})
    try {
      await send(values)
    } catch (error) {
      inFlight.current = false
      setBusy(false)
      const refused = readRefusal(error)
      const shown = presentRefusal(refused)
      if (shown.refusal) setRefusal(shown.refusal)
      else showErrors(shown.errors, refused.details)
    }
  }

  /** The errors of the inputs that a refusal concerns, or else the refusal itself. */
  function presentRefusal(refused: Refusal | undefined) {
    if (!refused) return { errors: {} as Partial<Record<Name, Reason>>, refusal: undefined }
    const inputOfReason = fieldOf[refused.reason]
    const reasonOf = (name: Name) => refused.fields[name] ?? (name === inputOfReason ? refused.reason : null)
    const errors = reasonsOf(names, reasonOf)
    return { errors, refusal: Object.keys(errors).length > 0 ? undefined : refused }
  }

  /** Removes the error of an input when its value changes. */
  function onInput(event: FormEvent<HTMLFormElement>) {
    const { name } = event.target as HTMLInputElement
    setErrors((before) => (name in before ? { ...before, [name]: undefined } : before))
  }

  // Translated at each rendering, because the language may change while an error is shown.
  const texts: Partial<Record<Name, string>> = {}
  for (const name of names) if (errors[name]) texts[name] = errorText(errors[name], details)

  return {
    busy,
    errors: texts,
    refusal,
    /** The input that gets the focus when the page opens, because it was refused without JavaScript. */
    refusedInput: names.find((name) => posted.errors[name]),
    /** `onSubmit` sends the form with JavaScript. Without it, or until it has loaded, `action` does. */
    form: { action, onSubmit, onInput, noValidate: true } as const,
  }
}

/** The reason for each input that has an error. */
function reasonsOf<Name extends string>(
  names: readonly Name[],
  reasonOf: (name: Name) => Reason | null | undefined,
): Partial<Record<Name, Reason>> {
  const reasons: Partial<Record<Name, Reason>> = {}
  for (const name of names) {
    const reason = reasonOf(name)
    if (reason) reasons[name] = reason
  }
  return reasons
}
