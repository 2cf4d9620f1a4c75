'use client'

import { useState } from 'react'
import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { messages } from '@/messages/en'
import { ResetPasswordForm } from './reset-password-form'

const words = messages.resetPassword

interface ResetPasswordProps {
  passwordMinLength: number
  secondsLeft: number
  secret: 'grant' | 'link'
}

export function ResetPassword(props: ResetPasswordProps) {
  const [done, setDone] = useState(false)
  if (done) {
    return (
      <>
        <PageHeading takeFocus>{words.doneTitle}</PageHeading>
        <p className="mt-3 text-ink-soft">{words.doneBody}</p>
        <div className="mt-8">
          {/* Load a new document, so that the back button asks the server and finds the link used. */}
          <ButtonLink href="/sign-in" document>
            {words.signIn}
          </ButtonLink>
        </div>
      </>
    )
  }
  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      <p className="mt-3 text-ink-soft">{words.lead}</p>
      <ResetPasswordForm {...props} onDone={() => setDone(true)} />
    </>
  )
}
