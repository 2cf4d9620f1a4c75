'use client'

import { useTranslations } from 'next-intl'
import { useActionState } from 'react'
import { Button } from '@/app/_components/button'
import { Field } from '@/app/_components/field'
import type { FormState } from '@/app/_components/form-state'
import { PasswordField } from '@/app/_components/password-field'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { TextLink } from '@/app/_components/text-link'
import { useForm } from '@/app/_components/use-form'
import { trpc } from '@/app/_trpc/client'
import { currentPasswordError, identifierError } from '@/server/core/typed-input'
import { signIn } from './action'

export function SignInForm({ start }: { start: FormState | null }) {
  const [state, action] = useActionState(signIn, start)
  const t = useTranslations('signIn')
  const tField = useTranslations('field')
  const { form, busy, errors, refusal, refusedInput } = useForm({
    state,
    action,
    names: ['account', 'password'],
    check: ({ account, password }) => ({ account: identifierError(account), password: currentPasswordError(password) }),
    fieldOf: {
      'identifier-missing': 'account',
      'identifier-malformed': 'account',
      'password-missing': 'password',
      'password-too-long': 'password',
    },
    send: async (values) => {
      await trpc.session.signIn.mutate(values)
      // Load a new document, so that nothing cached for the previous account remains.
      window.location.replace('/account')
    },
  })

  return (
    <form {...form} className="mt-6">
      <Field
        name="account"
        label={tField('account')}
        autoComplete="username"
        enterKeyHint="next"
        defaultValue={state?.values.account}
        takeFocus={refusedInput === 'account'}
        error={errors.account}
      />
      <PasswordField
        name="password"
        label={tField('password')}
        autoComplete="current-password"
        enterKeyHint="go"
        takeFocus={refusedInput === 'password'}
        error={errors.password}
      />
      <Button busy={busy} busyLabel={t('busy')}>
        {t('submit')}
      </Button>
      <RefusalNotice refusal={refusal} />
      <div className="mt-3">
        <TextLink href="/forgot-password">{t('forgot')}</TextLink>
      </div>
    </form>
  )
}
