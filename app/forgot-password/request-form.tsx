'use client'

import { useTranslations } from 'next-intl'
import { Button } from '@/app/_components/button'
import { Field } from '@/app/_components/field'
import type { FormState } from '@/app/_components/form-state'
import { Notice } from '@/app/_components/notice'
import { PageHeading } from '@/app/_components/page-heading'
import type { DeadLink } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { TextLink } from '@/app/_components/text-link'
import { useForm } from '@/app/_components/use-form'
import { identifierError } from '@/server/core/typed-input'

interface RequestFormProps {
  /** From `useActionState`. */
  state: FormState | null
  action: (form: FormData) => void
  account: string
  /** Why the link that led here no longer works: the news of the page, above the form that asks for another. */
  deadLink: DeadLink | null
  /** The code of an earlier email can be entered. */
  hasFlow: boolean
  paused: boolean
  takeFocus: boolean
  /** The form only looks up the account. The email is sent after the person confirms it. */
  confirmsFirst: boolean
  onSubmit: (account: string) => Promise<void>
}

export function RequestForm(props: RequestFormProps) {
  const t = useTranslations('forgotPassword')
  const tDeadLink = useTranslations('deadLink')
  const tField = useTranslations('field')
  const tPaused = useTranslations('paused')
  const { state, action, account, deadLink, hasFlow, paused, takeFocus, confirmsFirst, onSubmit } = props
  const { form, busy, errors, refusal, refusedInput } = useForm({
    state,
    action,
    names: ['account'],
    check: (values) => ({ account: identifierError(values.account) }),
    fieldOf: { 'identifier-missing': 'account', 'identifier-malformed': 'account', 'account-unknown': 'account' },
    send: (values) => onSubmit(values.account),
  })

  return (
    <>
      <PageHeading>{deadLink ? tDeadLink(`${deadLink}.title`) : t('title')}</PageHeading>
      {paused ? (
        <div className="mt-4">
          <Notice tone="problem" title={tPaused('title')}>
            {tPaused('body')}
          </Notice>
        </div>
      ) : null}
      <p className="mt-3 text-ink-soft">{deadLink ? tDeadLink(`${deadLink}.body`) : t('lead')}</p>
      <form {...form} className="mt-6">
        <Field
          name="account"
          label={tField('account')}
          autoComplete="username"
          defaultValue={account}
          takeFocus={takeFocus || refusedInput === 'account'}
          error={errors.account}
        />
        <Button busy={busy} busyLabel={confirmsFirst ? t('busyFinding') : t('busy')}>
          {t('submit')}
        </Button>
        <RefusalNotice refusal={refusal} />
        <div className="mt-3 flex flex-wrap justify-between gap-x-6">
          {hasFlow ? <TextLink href="/forgot-password/code">{t('haveCode')}</TextLink> : null}
          <TextLink href="/sign-in">{t('signIn')}</TextLink>
        </div>
      </form>
    </>
  )
}
