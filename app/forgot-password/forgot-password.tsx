'use client'

import { useState } from 'react'
import { trpc } from '@/app/_trpc/client'
import type { DeadLink } from '@/messages/en'
import { AskForm } from './ask-form'
import { type AccountPreview, ConfirmAccount } from './confirm-account'

interface ForgotPasswordProps {
  /** Filled in for whoever has asked before or is signed in. */
  account: string
  /** Why the link that led here is dead, if one did. */
  deadLink: DeadLink | null
  /** A mail was asked for already, and its code may be typed. */
  underWay: boolean
  /** Whether accounts are shown to whoever names them. */
  reveal: boolean
}

/** Asks for the account; where accounts are shown, asks again whether it is the right one; then sends. */
export function ForgotPassword({ account, deadLink, underWay, reveal }: ForgotPasswordProps) {
  const [typed, setTyped] = useState(account)
  const [found, setFound] = useState<AccountPreview>()
  const [returned, setReturned] = useState(false)
  const utils = trpc.useUtils()
  const request = trpc.recovery.request.useMutation()

  async function send(asked: string) {
    await request.mutateAsync({ account: asked })
    // A whole new document: its countdowns are the server's, and the way back asks the server again.
    window.location.assign('/forgot-password/code')
  }

  async function find(asked: string) {
    const preview = await utils.client.recovery.locate.query({ account: asked })
    setTyped(asked.trim())
    setFound(preview)
  }

  if (found) {
    const goBack = () => {
      setFound(undefined)
      setReturned(true)
    }
    return <ConfirmAccount preview={found} onYes={() => send(typed)} onNo={goBack} />
  }
  return (
    <AskForm
      account={typed}
      deadLink={returned ? null : deadLink}
      underWay={underWay}
      takeFocus={returned}
      finding={reveal}
      onAsked={reveal ? find : send}
    />
  )
}
