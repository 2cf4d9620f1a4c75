'use client'

import { type RefObject, useEffect, useState } from 'react'

/** Both passwords as they are in the form, in NFC as on the server. */
export interface Entered {
  password: string
  confirmation: string
}

const NOTHING: Entered = { password: '', confirmation: '' }

/** The passwords in the form around an element, after each keystroke. */
export function useEntered(element: RefObject<HTMLElement | null>): Entered {
  const [entered, setEntered] = useState(NOTHING)
  useEffect(() => {
    const form = element.current?.closest('form')
    if (!form) return
    const read = () => {
      const formData = new FormData(form)
      const typed = (name: string) => String(formData.get(name) ?? '').normalize('NFC')
      setEntered({ password: typed('password'), confirmation: typed('confirmPassword') })
    }
    // Read the form once now, because the browser may have filled it in or restored it.
    read()
    form.addEventListener('input', read)
    return () => form.removeEventListener('input', read)
  }, [element])
  return entered
}
