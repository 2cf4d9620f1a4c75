'use client'

import { type FormEvent, useRef, useState } from 'react'
import type { z } from 'zod'
import type { Reason } from '@/messages/en'
import { usePageRestored } from './page-restored'
import { errorText, type Refusal, readRefusal, toReason } from './refusal'

interface FormOptions<Name extends string> {
  names: readonly [Name, ...Name[]]
  /** The server's own schema, so that a wrong input is reported without a request. */
  schema: z.ZodType
  /** The input that a reason concerns. Reasons that are not listed concern the whole form. */
  fieldOf: Partial<Record<Reason, Name>>
  send: (values: Record<Name, string>) => Promise<unknown>
}

/**
 * Validates a form, sends it once and shows each error at its input. It never changes what the person typed.
 * After a success the form stays busy, because the page is about to show something else.
 */
export function useForm<Name extends string>({ names, schema, fieldOf, send }: FormOptions<Name>) {
  const [busy, setBusy] = useState(false)
  const [errors, setErrors] = useState<Partial<Record<Name, string>>>({})
  const [refusal, setRefusal] = useState<Refusal>()
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

    const showErrors = (found: Partial<Record<Name, string>>) => {
      setErrors(found)
      const first = names.find((name) => found[name])
      const input = first && form.elements.namedItem(first)
      if (input instanceof HTMLElement) input.focus()
    }

    setRefusal(undefined)
    const checked = schema.safeParse(values)
    if (!checked.success) {
      const issues = checked.error.issues.toReversed()
      showErrors(
        Object.fromEntries(issues.map((issue) => [issue.path[0], errorText(toReason(issue.message))])) as typeof errors,
      )
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
      const inputOfReason = fieldOf[refused.reason]
      const found = Object.fromEntries(
        names.flatMap((name) => {
          const reason = refused.fields[name] ?? (name === inputOfReason ? refused.reason : undefined)
          return reason ? [[name, errorText(reason, refused.details)]] : []
        }),
      ) as typeof errors
      if (Object.keys(found).length > 0) showErrors(found)
      else setRefusal(refused)
    }
  }

  /** Removes the error of an input when its value changes. */
  function onInput(event: FormEvent<HTMLFormElement>) {
    const { name } = event.target as HTMLInputElement
    setErrors((before) => (name in before ? { ...before, [name]: undefined } : before))
  }

  return { busy, errors, refusal, form: { onSubmit, onInput, noValidate: true, method: 'post' } as const }
}
