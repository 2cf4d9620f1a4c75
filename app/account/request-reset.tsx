'use client'

import { Button } from '@/app/_components/button'
import { Notice } from '@/app/_components/notice'
import { TextLink } from '@/app/_components/text-link'
import { useCall } from '@/app/_components/use-call'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'
import { AccountRefusal } from './account-refusal'

const words = messages.account

export function RequestReset({ email }: { email: string }) {
  const request = useCall(() => trpc.account.requestReset.mutate())
  return (
    <>
      <Button
        variant="secondary"
        busy={request.busy}
        busyLabel={words.requestResetBusy}
        onClick={() => void request.run()}
      >
        {words.requestReset}
      </Button>
      {request.done ? (
        <div className="mt-4">
          <Notice tone="success" live>
            <p>{words.requestResetSent(email)}</p>
            <TextLink href="/forgot-password/code">{words.typeCode}</TextLink>
          </Notice>
        </div>
      ) : null}
      <AccountRefusal refusal={request.refusal} />
    </>
  )
}
