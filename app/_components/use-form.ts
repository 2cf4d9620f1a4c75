'use client'

import { type FormEvent, useRef, useState } from 'react'
import type { z } from 'zod'
import type { Reason } from '@/messages/en'
import { usePageRestored } from './page-restored'
import { type Refusal, readRefusal, sentence, toReason } from './refusal'

interface FormOptions<Name extends string> {
  names: readonly [Name, ...Name[]]
  /** The server's own schema, so that an empty form says so without a round trip. */
  schema: z.ZodType
  /** Which input a reason is about; the rest concern the whole form. */
  fieldOf: Partial<Record<Reason, Name>>
  send: (values: Record<Name, string>) => Promise<unknown>
}

/**
 * Checks, sends once, and lays each refusal at its input. What was typed is never touched.
 * After a success it stays busy: the page then shows something else.
 */
export function useForm<Name extends string>({ names, schema, fieldOf, send }: FormOptions<Name>) {
  const [busy, setBusy] = useState(false)
  const [faults, setFaults] = useState<Partial<Record<Name, string>>>({})
  const [refusal, setRefusal] = useState<Refusal>()
  const inFlight = useRef(false)

  usePageRestored(() => {
    inFlight.current = false
    setBusy(false)
  })

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    // A ref, because a double click submits twice before the first state change is drawn.
    if (inFlight.current) return
    const form = event.currentTarget
    const typed = new FormData(form)
    const values = Object.fromEntries(names.map((name) => [name, String(typed.get(name) ?? '')])) as Record<
      Name,
      string
    >

    const blame = (found: Partial<Record<Name, string>>) => {
      setFaults(found)
      const first = names.find((name) => found[name])
      const input = first && form.elements.namedItem(first)
      if (input instanceof HTMLElement) input.focus()
    }

    setRefusal(undefined)
    const checked = schema.safeParse(values)
    if (!checked.success) {
      const issues = checked.error.issues.toReversed()
      blame(
        Object.fromEntries(issues.map((issue) => [issue.path[0], sentence(toReason(issue.message))])) as typeof faults,
      )
      return
    }

    inFlight.current = true
    setBusy(true)
    setFaults({})
    try {
      await send(values)
    } catch (error) {
      inFlight.current = false
      setBusy(false)
      const refused = readRefusal(error)
      const own = fieldOf[refused.reason]
      const found = Object.fromEntries(
        names.flatMap((name) => {
          const reason = refused.fields[name] ?? (name === own ? refused.reason : undefined)
          return reason ? [[name, sentence(reason, refused.details)]] : []
        }),
      ) as typeof faults
      if (Object.keys(found).length > 0) blame(found)
      else setRefusal(refused)
    }
  }

  /** Typing into an input at fault takes the fault away. */
  function onInput(event: FormEvent<HTMLFormElement>) {
    const { name } = event.target as HTMLInputElement
    setFaults((before) => (name in before ? { ...before, [name]: undefined } : before))
  }

  return { busy, faults, refusal, form: { onSubmit, onInput, noValidate: true, method: 'post' } as const }
}
