'use client'

import { Button } from '@/app/_components/button'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'
import { AccountRefusal } from './account-refusal'

export function SignOut() {
  const signOut = trpc.session.signOut.useMutation({
    // Load a new document, so that the back button asks the server and shows nothing of this account.
    onSuccess: () => window.location.replace('/sign-in'),
  })
  return (
    <div>
      <Button
        variant="secondary"
        busy={signOut.isPending || signOut.isSuccess}
        busyLabel={messages.account.signOutBusy}
        onClick={() => signOut.mutate()}
      >
        {messages.account.signOut}
      </Button>
      <AccountRefusal error={signOut.error} />
    </div>
  )
}
