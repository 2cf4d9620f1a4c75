'use client'

import { type KeyboardEvent, useState } from 'react'

/** Whether Caps Lock is on while an input has the focus. Browsers report it only with key events. */
export function useCapsLock() {
  const [capsLock, setCapsLock] = useState(false)
  const read = (event: KeyboardEvent<HTMLInputElement>) => setCapsLock(event.getModifierState('CapsLock'))
  return { capsLock, keys: { onKeyDown: read, onKeyUp: read, onBlur: () => setCapsLock(false) } }
}
