'use client'

import { useEffect, useRef, useState } from 'react'
import { messages } from '@/messages/en'
import { Field, type FieldProps } from './field'
import { useHydrated } from './hydrated'

/** A password input with a button that shows the password. Paste and password managers work as in any input. */
export function PasswordField(props: Omit<FieldProps, 'type' | 'trailing'>) {
  const [shown, setShown] = useState(false)
  const toggle = useRef<HTMLButtonElement>(null)
  const hydrated = useHydrated()

  useEffect(() => {
    // Hide the password again on submit, because browsers remember the values of plain text inputs.
    const form = toggle.current?.form
    const hide = () => setShown(false)
    form?.addEventListener('submit', hide)
    return () => form?.removeEventListener('submit', hide)
  }, [])

  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <button
          ref={toggle}
          type="button"
          disabled={!hydrated}
          aria-label={shown ? messages.field.hidePassword(props.label) : messages.field.showPassword(props.label)}
          onClick={() => setShown(!shown)}
          className="min-w-16 shrink-0 rounded-lg px-2 text-sm font-medium text-accent hover:text-accent-strong"
        >
          {shown ? messages.field.hide : messages.field.show}
        </button>
      }
    />
  )
}
