'use client'

import { useLocale, useTranslations } from 'next-intl'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/app/_components/button'
import { useErrorText } from '@/app/_components/error-text'
import { type Reason, type Refusal, readRefusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useSecondsLeft } from '@/app/_components/seconds-left'
import { trpc } from '@/app/_trpc/client'
import { codeError, withoutSeparators } from '@/server/core/typed-input'
import { formatDuration } from '@/server/language/format-duration'
import { BlockNotice } from './block-notice'
import { CodeField } from './code-field'

interface CodeFormProps {
  /** The id of the text that says where the email was sent. */
  describedBy: string
  codeSeconds: number
  blockedUntil: number
  update: (change: { blockedSeconds: number } | null) => void
  /** Called when the account accepts no more codes. The form is then to be replaced. */
  onCodesOff: () => void
}

/** Sends the code as soon as it is complete. A wrong code is cleared, and the focus stays in the input. */
export function CodeForm({ describedBy, codeSeconds, blockedUntil, update, onCodesOff }: CodeFormProps) {
  const t = useTranslations('code')
  const formats = useLocale()
  const errorText = useErrorText()
  const [code, setCode] = useState('')
  const [error, setError] = useState<Reason>()
  const [triesLeft, setTriesLeft] = useState<number>()
  const [refusal, setRefusal] = useState<Refusal>()
  const [wasBlocked, setWasBlocked] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const inFlight = useRef(false)
  const blocked = useSecondsLeft(blockedUntil)
  const [busy, setBusy] = useState(false)
  const readOnly = busy || blocked > 0

  useEffect(() => {
    if (blocked > 0) setWasBlocked(true)
  }, [blocked])

  async function send(entered: string) {
    // A ref, because the sixth digit and Enter can both come before React renders the first state change.
    if (inFlight.current || blocked > 0) return
    setWasBlocked(false)
    setRefusal(undefined)
    const wrong = codeError(entered)
    setError(wrong ?? undefined)
    if (wrong) {
      input.current?.focus()
      input.current?.select()
      return
    }
    inFlight.current = true
    setBusy(true)
    try {
      await trpc.recovery.verifyCode.mutate({ code: withoutSeparators(entered) })
      // Load a new document, which reads the grant. `replace`, so that the back button skips the spent code.
      window.location.replace('/reset-password')
    } catch (error) {
      inFlight.current = false
      setBusy(false)
      refuse(readRefusal(error))
    }
  }

  function refuse(refused: Refusal) {
    const { reason, details } = refused
    if (reason === 'flow-missing') return update(null)
    if (reason === 'codes-off') return onCodesOff()
    if (reason !== 'code-wrong' && reason !== 'code-blocked') return setRefusal(refused)
    setCode('')
    if (details.retryAfterSeconds) update({ blockedSeconds: details.retryAfterSeconds })
    else {
      setError(reason)
      setTriesLeft(details.triesLeft)
    }
    input.current?.focus()
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    void send(code)
  }

  return (
    <form onSubmit={onSubmit} noValidate method="post" className="mt-5">
      <CodeField
        ref={input}
        value={code}
        onChange={(entered) => {
          setCode(entered)
          setError(undefined)
        }}
        onComplete={send}
        onTooLong={() => setError('code-not-numeric')}
        hint={t('hint', { duration: formatDuration(formats, codeSeconds) })}
        error={error && errorText(error, { triesLeft })}
        describedBy={describedBy}
        readOnly={readOnly}
      />
      <Button busy={busy} unavailable={blocked > 0} busyLabel={busy ? t('busy') : t('submitBlocked')}>
        {t('submit')}
      </Button>
      <BlockNotice secondsLeft={blocked} wasBlocked={wasBlocked} />
      <RefusalNotice refusal={refusal} />
    </form>
  )
}
