'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { useCapsLock } from './caps-lock'
import { Field, type FieldProps } from './field'
import { useHydrated } from './hydrated'

/**
 * A password input with a button that shows the password, and a hint while Caps Lock is on. Paste and password managers
 * work as in any input.
 */
export function PasswordField(props: Omit<FieldProps, 'type' | 'trailing' | 'hint' | 'keys'>) {
  const t = useTranslations('field')
  const [shown, setShown] = useState(false)
  const toggle = useRef<HTMLButtonElement>(null)
  const hydrated = useHydrated()
  const { capsLock, keys } = useCapsLock()
  const field = props.name === 'confirmPassword' ? 'again' : props.autoComplete === 'new-password' ? 'new' : 'current'

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
      hint={capsLock ? t('capsLock') : ''}
      keys={keys}
      type={shown ? 'text' : 'password'}
      trailing={
        <button
          ref={toggle}
          type="button"
          disabled={!hydrated}
          aria-label={shown ? t('hidePassword', { field }) : t('showPassword', { field })}
          onClick={() => setShown(!shown)}
          className="noscript:hidden min-w-16 shrink-0 rounded-lg border border-transparent px-2 text-sm font-medium text-accent hover:text-accent-strong"
        >
          {shown ? t('hide') : t('show')}
        </button>
      }
    />
  )
}
