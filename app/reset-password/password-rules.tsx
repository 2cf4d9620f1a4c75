'use client'

import { useEffect, useRef, useState } from 'react'
import { messages } from '@/messages/en'

const words = messages.resetPassword
/** How long typing must pause before screen readers announce the rules. */
const ANNOUNCE_AFTER_MS = 800

interface Entered {
  /** Characters. */
  length: number
  match: boolean
}

const NOTHING: Entered = { length: 0, match: false }

/** Measures passwords as the server does: NFC, then code points. */
function measure(form: HTMLFormElement): Entered {
  const formData = new FormData(form)
  const [password, confirmation] = ['password', 'confirmPassword'].map((name) =>
    String(formData.get(name) ?? '').normalize('NFC'),
  )
  return { length: [...(password ?? '')].length, match: password !== '' && password === confirmation }
}

function announcementOf({ length, match }: Entered, minLength: number): string {
  if (length === 0) return ''
  if (length < minLength) return words.liveShort(minLength - length)
  return match ? words.liveReady : words.liveDiffer
}

/** The rules for the password in the form around it. They follow each keystroke, and are announced when typing pauses. */
export function PasswordRules({ id, minLength }: { id: string; minLength: number }) {
  const list = useRef<HTMLUListElement>(null)
  const [entered, setEntered] = useState(NOTHING)
  const [announcement, setAnnouncement] = useState('')

  useEffect(() => {
    const form = list.current?.closest('form')
    if (!form) return
    // Also read once now: the browser may have filled in the form, or restored it.
    const read = () => setEntered(measure(form))
    read()
    form.addEventListener('input', read)
    return () => form.removeEventListener('input', read)
  }, [])

  useEffect(() => {
    const timer = setTimeout(() => setAnnouncement(announcementOf(entered, minLength)), ANNOUNCE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [entered, minLength])

  const tooShort = entered.length > 0 && entered.length < minLength
  return (
    <>
      <ul ref={list} id={id} aria-label={words.rules} className="space-y-1 text-sm leading-6">
        <Rule met={entered.length >= minLength}>
          {tooShort ? words.ruleLengthShort(minLength, entered.length) : words.ruleLength(minLength)}
        </Rule>
        <Rule met={entered.match}>{words.ruleMatch}</Rule>
      </ul>
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </>
  )
}

function Rule({ met, children }: { met: boolean; children: string }) {
  return (
    <li className={`flex gap-2 ${met ? 'text-success' : 'text-ink-soft'}`}>
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
