'use client'

import { useTranslations } from 'next-intl'
import { useActionState } from 'react'
import { Button } from '@/app/_components/button'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { AccountRefusal } from './account-refusal'
import { signOut as postSignOut } from './action'

export function SignOut() {
  const t = useTranslations('account')
  const [state, action] = useActionState(postSignOut, null)
  const signOut = useCall(async () => {
    await trpc.session.signOut.mutate()
    // Load a new document, so that the back button asks the server and shows nothing of this account.
    window.location.replace('/sign-in')
  })
  return (
    <form action={action}>
      <Button
        variant="secondary"
        busy={signOut.busy || signOut.done}
        busyLabel={t('signOutBusy')}
        name="intent"
        value="sign-out"
        onClick={() => void signOut.run()}
      >
        {t('signOut')}
      </Button>
      <AccountRefusal refusal={signOut.refusal ?? (signOut.busy ? undefined : state?.refusal)} />
    </form>
  )
}
