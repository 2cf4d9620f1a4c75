'use client'

import { useEffect, useRef, useState } from 'react'
import { messages } from '@/messages/en'

const words = messages.resetPassword
const QUIET_MS = 800

interface Typed {
  length: number
  same: boolean
}

const NOTHING: Typed = { length: 0, same: false }

/** Measures as the server does: NFC, then code points. */
function measure(form: HTMLFormElement): Typed {
  const typed = new FormData(form)
  const [password, again] = ['password', 'confirmPassword'].map((name) =>
    String(typed.get(name) ?? '').normalize('NFC'),
  )
  return { length: [...(password ?? '')].length, same: password !== '' && password === again }
}

function spoken({ length, same }: Typed, least: number): string {
  if (length === 0) return ''
  if (length < least) return words.liveShort(least - length)
  return same ? words.liveReady : words.liveDiffer
}

/** The rules of the form it stands in, ticked off while one types, and spoken once the typing pauses. */
export function PasswordRules({ id, least }: { id: string; least: number }) {
  const list = useRef<HTMLUListElement>(null)
  const [typed, setTyped] = useState(NOTHING)
  const [said, setSaid] = useState('')

  useEffect(() => {
    const form = list.current?.closest('form')
    if (!form) return
    // Also once at the start: the browser may have filled in or kept what was typed.
    const read = () => setTyped(measure(form))
    read()
    form.addEventListener('input', read)
    return () => form.removeEventListener('input', read)
  }, [])

  useEffect(() => {
    const pause = setTimeout(() => setSaid(spoken(typed, least)), QUIET_MS)
    return () => clearTimeout(pause)
  }, [typed, least])

  const short = typed.length > 0 && typed.length < least
  return (
    <>
      <ul ref={list} id={id} aria-label={words.rules} className="space-y-1 text-sm leading-6">
        <Rule met={typed.length >= least}>
          {short ? words.ruleLengthShort(least, typed.length) : words.ruleLength(least)}
        </Rule>
        <Rule met={typed.same}>{words.ruleMatch}</Rule>
      </ul>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  )
}

function Rule({ met, children }: { met: boolean; children: string }) {
  return (
    <li className={`flex gap-2 ${met ? 'text-accent' : 'text-ink-soft'}`}>
      <svg aria-hidden="true" viewBox="0 0 16 16" className="mt-1 size-4 shrink-0 fill-none stroke-current stroke-2">
        {met ? <path d="m2.5 8.5 3.5 3.5 7.5-8" /> : <circle cx="8" cy="8" r="5.5" />}
      </svg>
      <span>
        <span className="sr-only">{met ? words.met : words.unmet} </span>
        {children}
      </span>
    </li>
  )
}
