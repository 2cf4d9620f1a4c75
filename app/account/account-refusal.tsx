import type { Refusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'

/** The error of an action on this page, with a link to sign in again if the session has ended. */
export function AccountRefusal({ refusal }: { refusal: Refusal | undefined }) {
  if (!refusal) return null
  return (
    <RefusalNotice refusal={refusal}>
      {refusal.reason === 'not-signed-in' ? <TextLink href="/sign-in">{messages.account.signInAgain}</TextLink> : null}
    </RefusalNotice>
  )
}
