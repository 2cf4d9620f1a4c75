'use client'

import { Button } from '@/app/_components/button'
import { Notice } from '@/app/_components/notice'
import { TextLink } from '@/app/_components/text-link'
import { trpc } from '@/app/_trpc/client'
import { messages } from '@/messages/en'
import { AccountRefusal } from './account-refusal'

const words = messages.account

export function RequestReset({ email }: { email: string }) {
  const request = trpc.account.requestReset.useMutation()
  return (
    <>
      <Button
        variant="secondary"
        busy={request.isPending}
        busyLabel={words.requestResetBusy}
        onClick={() => request.mutate()}
      >
        {words.requestReset}
      </Button>
      {request.isSuccess ? (
        <div className="mt-4">
          <Notice tone="success" live>
            <p>{words.requestResetSent(email)}</p>
            <TextLink href="/forgot-password/code" document>
              {words.typeCode}
            </TextLink>
          </Notice>
        </div>
      ) : null}
      <AccountRefusal error={request.error} />
    </>
  )
}
