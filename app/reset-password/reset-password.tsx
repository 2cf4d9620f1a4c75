'use client'

import { useState } from 'react'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'
import { ResetPasswordForm } from './reset-password-form'

const words = messages.resetPassword

interface ResetPasswordProps {
  /** The masked address of the account. */
  account: string
  binding: string
  passwordMinLength: number
  secondsLeft: number
  secret: 'grant' | 'link'
}

export function ResetPassword({ account, ...props }: ResetPasswordProps) {
  const [done, setDone] = useState(false)
  if (done) {
    return (
      <>
        <PageHeading takeFocus>{words.doneTitle}</PageHeading>
        <p className="mt-3 text-ink-soft">{words.doneBody}</p>
        <div className="mt-8">
          {/* Load a new document, so that the back button asks the server and finds the link used. */}
          <ButtonLink href="/sign-in">{words.signIn}</ButtonLink>
        </div>
      </>
    )
  }
  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      <p className="mt-3 text-ink-soft">
        {words.lead.before}
        <strong className="text-ink">{account}</strong>
        {words.lead.after}
      </p>
      <ResetPasswordForm {...props} onDone={() => setDone(true)} />
      <div className="mt-3">
        <TextLink href="/forgot-password">{words.notYou}</TextLink>
      </div>
    </>
  )
}
