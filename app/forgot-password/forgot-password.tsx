'use client'

import { useState } from 'react'
import type { DeadLink } from '@/messages/en'
import { AskForm } from './ask-form'
import { CheckMail } from './check-mail'

interface ForgotPasswordProps {
  /** Filled in for whoever is signed in. */
  account: string
  /** Why the link that led here is dead, if one did. */
  deadLink: DeadLink | null
  linkSeconds: number
  pauseSeconds: number
}

/** Asks for the account, then says to check the mail; "use another address" leads back with the field filled in. */
export function ForgotPassword({ account, deadLink, linkSeconds, pauseSeconds }: ForgotPasswordProps) {
  const [typed, setTyped] = useState(account)
  const [step, setStep] = useState<'ask' | 'sent' | 'ask-again'>('ask')

  if (step === 'sent') {
    return (
      <CheckMail
        account={typed}
        linkSeconds={linkSeconds}
        pauseSeconds={pauseSeconds}
        onOtherAddress={() => setStep('ask-again')}
      />
    )
  }
  return (
    <AskForm
      account={typed}
      deadLink={step === 'ask' ? deadLink : null}
      takeFocus={step === 'ask-again'}
      onSent={(sentTo) => {
        setTyped(sentTo)
        setStep('sent')
      }}
    />
  )
}
