'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { useBrand } from '@/app/_components/brand-context'
import { isPersonal, isSimple, isTooShort } from '@/server/core/password-rules'
import type { Entered } from './use-entered'

/** How long typing must pause before screen readers announce the rules and the strength. */
const ANNOUNCE_AFTER_MS = 800

interface PasswordRulesProps {
  id: string
  entered: Entered
  /** The shortest length in words. */
  lengthRule: string
  minLength: number
  maxLength: number
  /** The name of the account as the person typed it, or empty. */
  account: string
  /** The estimated strength in words, or empty. It is announced after the rules. */
  strengthText: string
}

/** The rules for the password. They are ticked with each keystroke, and announced when typing pauses. */
export function PasswordRules({
  id,
  entered,
  lengthRule,
  minLength,
  maxLength,
  account,
  strengthText,
}: PasswordRulesProps) {
  const t = useTranslations('resetPassword')
  const brand = useBrand().name
  const { password, confirmation } = entered
  const length = [...password].length
  const short = isTooShort(password, minLength)
  const long = length > maxLength
  const owner = { email: account, username: '', fullName: '' }
  const guessable = isSimple(password) || isPersonal(password, owner, brand)
  const match = password !== '' && password === confirmation

  function announcement(): string {
    if (length === 0) return ''
    if (short) return t('liveShort', { missing: minLength - length })
    if (long) return t('liveLong', { limit: maxLength })
    if (guessable) return t('liveSimple', { brand })
    return `${match ? t('liveReady') : t('liveDiffer')} ${strengthText}`
  }
  const current = announcement()
  const [announced, setAnnounced] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(current), ANNOUNCE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [current])

  return (
    <>
      <ul id={id} aria-label={t('rules')} className="space-y-1 text-sm leading-6">
        <Rule met={!short}>
          {short && length > 0 ? t('ruleLengthShort', { least: minLength, typed: length }) : lengthRule}
        </Rule>
        {long ? <Rule met={false}>{t('ruleLongest', { limit: maxLength })}</Rule> : null}
        <Rule met={length > 0 && !guessable}>{t('ruleSimple', { brand })}</Rule>
        <Rule met={match}>{t('ruleMatch')}</Rule>
      </ul>
      <p role="status" className="sr-only">
        {announced}
      </p>
    </>
  )
}

/** Without JavaScript, nothing is ticked, so the rule is plain text. */
function Rule({ met, children }: { met: boolean; children: string }) {
  const t = useTranslations('resetPassword')
  return (
    <li className={`flex gap-2 ${met ? 'text-success' : 'text-ink-soft'}`}>
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        className="mt-1 size-4 shrink-0 fill-none stroke-current stroke-2 noscript:hidden"
      >
        {met ? <path d="m2.5 8.5 3.5 3.5 7.5-8" /> : <circle cx="8" cy="8" r="5.5" />}
      </svg>
      <span>
        <span className="sr-only noscript:hidden">{met ? t('met') : t('unmet')} </span>
        {children}
      </span>
    </li>
  )
}
