'use client'

import { Button } from '@/app/_components/button'
import { Field } from '@/app/_components/field'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { TextLink } from '@/app/_components/text-link'
import { useForm } from '@/app/_components/use-form'
import { trpc } from '@/app/_trpc/client'
import { type DeadLink, messages } from '@/messages/en'
import { requestResetInput } from '@/server/recovery/schemas'

const words = messages.forgotPassword

interface AskFormProps {
  account: string
  deadLink: DeadLink | null
  takeFocus: boolean
  onSent: (account: string) => void
}

export function AskForm({ account, deadLink, takeFocus, onSent }: AskFormProps) {
  const request = trpc.recovery.request.useMutation()
  const { form, busy, faults, refusal } = useForm({
    names: ['account'],
    schema: requestResetInput,
    fieldOf: { 'identifier-missing': 'account', 'identifier-malformed': 'account', 'account-unknown': 'account' },
    send: async (values) => {
      await request.mutateAsync(values)
      onSent(values.account.trim())
    },
  })

  return (
    <>
      <PageHeading>{words.title}</PageHeading>
      {deadLink ? (
        <div className="mt-4">
          <Notice tone="plain" title={messages.deadLink[deadLink].title}>
            {messages.deadLink[deadLink].body}
          </Notice>
        </div>
      ) : null}
      <p className="mt-3 text-ink-soft">{words.lead}</p>
      <form {...form} className="mt-6">
        <Field
          name="account"
          label={messages.field.account}
          autoComplete="username"
          defaultValue={account}
          takeFocus={takeFocus}
          fault={faults.account}
        />
        <div className="mt-3">
          <Button busy={busy} busyLabel={words.busy}>
            {words.submit}
          </Button>
        </div>
        <RefusalNotice refusal={refusal} />
        <div className="mt-3">
          <TextLink href="/sign-in">{words.signIn}</TextLink>
        </div>
      </form>
    </>
  )
}
