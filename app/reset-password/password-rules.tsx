'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'

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

/** The rules for the password in the form around it. They follow each keystroke, and are announced when typing pauses. */
export function PasswordRules({ id, minLength }: { id: string; minLength: number }) {
  const t = useTranslations('resetPassword')
  const list = useRef<HTMLUListElement>(null)
  const [entered, setEntered] = useState(NOTHING)
  const [announced, setAnnounced] = useState(NOTHING)

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
    const timer = setTimeout(() => setAnnounced(entered), ANNOUNCE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [entered])

  function announcement(): string {
    const { length, match } = announced
    if (length === 0) return ''
    if (length < minLength) return t('liveShort', { missing: minLength - length })
    return match ? t('liveReady') : t('liveDiffer')
  }

  const tooShort = entered.length > 0 && entered.length < minLength
  return (
    <>
      <ul ref={list} id={id} aria-label={t('rules')} className="space-y-1 text-sm leading-6">
        <Rule met={entered.length >= minLength}>
          {tooShort
            ? t('ruleLengthShort', { least: minLength, typed: entered.length })
            : t('ruleLength', { least: minLength })}
        </Rule>
        <Rule met={entered.match}>{t('ruleMatch')}</Rule>
      </ul>
      <p role="status" className="sr-only">
        {announcement()}
      </p>
    </>
  )
}

function Rule({ met, children }: { met: boolean; children: string }) {
  const t = useTranslations('resetPassword')
  return (
    <li className={`flex gap-2 ${met ? 'text-success' : 'text-ink-soft'}`}>
      <svg aria-hidden="true" viewBox="0 0 16 16" className="mt-1 size-4 shrink-0 fill-none stroke-current stroke-2">
        {met ? <path d="m2.5 8.5 3.5 3.5 7.5-8" /> : <circle cx="8" cy="8" r="5.5" />}
      </svg>
      <span>
        <span className="sr-only">{met ? t('met') : t('unmet')} </span>
        {children}
      </span>
    </li>
  )
}
