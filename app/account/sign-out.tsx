'use client'

import { useTranslations } from 'next-intl'
import { Button } from '@/app/_components/button'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { AccountRefusal } from './account-refusal'

export function SignOut() {
  const t = useTranslations('account')
  const signOut = useCall(async () => {
    await trpc.session.signOut.mutate()
    // Load a new document, so that the back button asks the server and shows nothing of this account.
    window.location.replace('/sign-in')
  })
  return (
    <div>
      <Button
        variant="secondary"
        busy={signOut.busy || signOut.done}
        busyLabel={t('signOutBusy')}
        onClick={() => void signOut.run()}
      >
        {t('signOut')}
      </Button>
      <AccountRefusal refusal={signOut.refusal} />
    </div>
  )
}
