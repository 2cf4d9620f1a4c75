'use client'

import { useActionState, useState } from 'react'
import type { FormState } from '@/app/_components/form-state'
import type { DeadLink } from '@/app/_components/refusal'
import { trpc } from '@/app/_trpc/client'
import { type ForgotPasswordState, forgotPassword } from './action'
import { type AccountPreview, ConfirmAccount } from './confirm-account'
import { RequestForm } from './request-form'

interface ForgotPasswordProps {
  start: FormState | null
  /** Fills in the field, for people who have requested an email before or are signed in. */
  account: string
  /** Why the link that led here no longer works, if the person followed one. */
  deadLink: DeadLink | null
  /** An email was requested already, and its code can be entered. */
  hasFlow: boolean
  /** All recovery is paused at the moment. */
  paused: boolean
  /** Whether the account is shown before the email is sent (ACCOUNT_DISCLOSURE=reveal). */
  reveal: boolean
}

/** Asks for the account, lets the person confirm it under `reveal`, and requests the email. */
export function ForgotPassword(props: ForgotPasswordProps) {
  const { start, account: initialAccount, deadLink, hasFlow, paused, reveal } = props
  const [state, action] = useActionState<ForgotPasswordState | null, FormData>(forgotPassword, start)
  const [account, setAccount] = useState(state?.values.account ?? initialAccount)
  const [found, setFound] = useState<AccountPreview | undefined>(state?.found)
  const [returned, setReturned] = useState(state?.returned ?? false)

  async function send(account: string) {
    await trpc.recovery.request.mutate({ account })
    // Load a new document: its countdowns come from the server, and the back button asks the server again.
    window.location.assign('/forgot-password/code')
  }

  async function find(account: string) {
    const preview = await trpc.recovery.locate.query({ account })
    setAccount(account.trim())
    setFound(preview)
  }

  if (found) {
    const goBack = () => {
      setFound(undefined)
      setReturned(true)
    }
    return (
      <ConfirmAccount account={account} preview={found} action={action} onYes={() => send(account)} onNo={goBack} />
    )
  }
  return (
    <RequestForm
      state={state}
      action={action}
      account={account}
      deadLink={returned ? null : deadLink}
      hasFlow={hasFlow}
      paused={paused}
      takeFocus={returned}
      confirmsFirst={reveal}
      onSubmit={reveal ? find : send}
    />
  )
}
