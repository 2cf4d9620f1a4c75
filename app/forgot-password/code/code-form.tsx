'use client'

import { useTranslations } from 'next-intl'
import { type FormEvent, useActionState, useEffect, useRef, useState } from 'react'
import { Button } from '@/app/_components/button'
import { useErrorText } from '@/app/_components/error-text'
import type { FormState } from '@/app/_components/form-state'
import { type Refusal, readRefusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useSecondsLeft } from '@/app/_components/seconds-left'
import { trpc } from '@/app/_trpc/client'
import { codeError, plainCode } from '@/server/core/typed-input'
import { enterCode } from './action'
import { BlockNotice } from './block-notice'
import { CodeField } from './code-field'

interface CodeFormProps {
  start: FormState | null
  /** The id of the text that says where the email was sent. */
  describedBy: string
  /** How long a code works, in words. */
  codeDuration: string
  blockedUntil: number
  update: (change: { blockedSeconds: number } | null) => void
  /** Called when the account accepts no more codes. The form is then to be replaced. */
  onCodesOff: () => void
}

const CODE_REASONS: readonly string[] = ['code-wrong', 'code-blocked', 'code-missing', 'code-not-numeric']

/** Whether the refusal is shown at the input. */
const isAboutCode = (refusal: Refusal | undefined): refusal is Refusal =>
  refusal !== undefined && CODE_REASONS.includes(refusal.reason)

/** The reason that is shown at the input. A block has a notice of its own instead. */
const reasonAtInput = (refusal: Refusal | undefined) =>
  isAboutCode(refusal) && !refusal.details.retryAfterSeconds ? refusal.reason : undefined

/** Sends the code as soon as it is complete. A wrong code is cleared, and the focus stays in the input. */
export function CodeForm({ start, describedBy, codeDuration, blockedUntil, update, onCodesOff }: CodeFormProps) {
  const t = useTranslations('code')
  const errorText = useErrorText()
  const [code, setCode] = useState('')
  const [state, action] = useActionState(enterCode, start)
  const [error, setError] = useState(reasonAtInput(state?.refusal))
  const [triesLeft, setTriesLeft] = useState(state?.refusal?.details.triesLeft)
  const [refusal, setRefusal] = useState(isAboutCode(state?.refusal) ? undefined : state?.refusal)
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
      await trpc.recovery.verifyCode.mutate({ code: plainCode(entered) })
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
    if (!isAboutCode(refused)) return setRefusal(refused)
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
    <form action={action} onSubmit={onSubmit} noValidate className="mt-5">
      <CodeField
        ref={input}
        value={code}
        onChange={(entered) => {
          setCode(entered)
          setError(undefined)
        }}
        onComplete={send}
        onTooLong={() => setError('code-not-numeric')}
        hint={t('hint', { duration: codeDuration })}
        error={error && errorText(error, { triesLeft })}
        describedBy={describedBy}
        readOnly={readOnly}
      />
      <Button busy={busy} unavailable={blocked > 0} busyLabel={busy ? t('busy') : t('submitBlocked')}>
        {t('submit')}
      </Button>
      <BlockNotice secondsLeft={blocked} blockedUntil={blockedUntil} wasBlocked={wasBlocked} />
      <RefusalNotice refusal={refusal} />
    </form>
  )
}
