'use client'

import { Button } from '@/app/_components/button'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'
import { AccountRefusal } from './account-refusal'

export function SignOut() {
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
        busyLabel={messages.account.signOutBusy}
        onClick={() => void signOut.run()}
      >
        {messages.account.signOut}
      </Button>
      <AccountRefusal refusal={signOut.refusal} />
    </div>
  )
}
