'use client'

import { useTranslations } from 'next-intl'
import { useActionState, useEffect, useState } from 'react'
import { Button, ButtonLink } from '@/app/_components/button'
import type { FormState } from '@/app/_components/form-state'
import { isDeadLink, isGrant, type Refusal } from '@/app/_components/refusal'
import { RefusalNotice } from '@/app/_components/refusal-notice'
import { useForm } from '@/app/_components/use-form'
import { trpc } from '@/app/_trpc/client'
import { confirmationError, newPasswordError } from '@/server/core/typed-input'
import { resetPassword } from './action'
import { NewPasswordFields, type NewPasswordPolicy } from './new-password-fields'

interface ResetPasswordFormProps {
  start: FormState | null
  /** Ties the form to the secret that it was shown for. */
  binding: string
  policy: NewPasswordPolicy
  secondsLeft: number
  /** What expires: the grant of an entered code, or the opened link. */
  secret: 'grant' | 'link'
  onDone: () => void
}

export function ResetPasswordForm(props: ResetPasswordFormProps) {
  const { start, binding, policy, secondsLeft, secret, onDone } = props
  const t = useTranslations('resetPassword')
  const [expired, setExpired] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setExpired(true), secondsLeft * 1000)
    return () => clearTimeout(timer)
  }, [secondsLeft])

  const [state, action] = useActionState(resetPassword, start)
  const { form, busy, errors, refusal, refusedInput } = useForm({
    state,
    action,
    names: ['password', 'confirmPassword'],
    check: ({ password, confirmPassword }) => ({
      password: newPasswordError(password),
      confirmPassword: confirmationError(password, confirmPassword),
    }),
    fieldOf: {
      'password-missing': 'password',
      'password-too-short': 'password',
      'password-too-long': 'password',
      'password-too-many-bytes': 'password',
      'password-unusable-character': 'password',
      'password-too-common': 'password',
      'password-too-simple': 'password',
      'password-personal': 'password',
      'password-breached': 'password',
      'confirmation-missing': 'confirmPassword',
      'passwords-differ': 'confirmPassword',
    },
    send: async (values) => {
      await trpc.recovery.resetPassword.mutate({ ...values, binding })
      onDone()
    },
  })
  const expiry: Refusal = { reason: `${secret}-expired`, details: {}, fields: {} }
  const shown = refusal ?? (expired ? expiry : undefined)

  return (
    <form {...form} className="mt-6">
      <input type="hidden" name="binding" value={binding} />
      <NewPasswordFields {...policy} errors={errors} refusedInput={refusedInput} />
      <div className="mt-6">
        <Button busy={busy} busyLabel={t('busy')}>
          {t('submit')}
        </Button>
      </div>
      <RefusalNotice refusal={shown}>
        {shown && isDeadLink(shown.reason) ? (
          <div className="mt-3">
            <ButtonLink variant="secondary" href="/forgot-password">
              {isGrant(shown.reason) ? t('newEmail') : t('newLink')}
            </ButtonLink>
          </div>
        ) : null}
      </RefusalNotice>
    </form>
  )
}
