'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { FormState } from '@/app/_components/form-state'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import type { NewPasswordPolicy } from './new-password-fields'
import { PasswordChanged } from './password-changed'
import { ResetPasswordForm } from './reset-password-form'

interface ResetPasswordProps {
  start: FormState | null
  /** The masked address of the account. */
  account: string
  binding: string
  policy: NewPasswordPolicy
  secondsLeft: number
  secret: 'grant' | 'link'
}

export function ResetPassword({ account, ...props }: ResetPasswordProps) {
  const t = useTranslations('resetPassword')
  const [done, setDone] = useState(false)
  if (done) return <PasswordChanged takeFocus />
  return (
    <>
      <PageHeading>{t('title')}</PageHeading>
      <p className="mt-3 text-ink-soft">
        {t.rich('lead', {
          account: () => (
            <strong className="text-ink">
              <bdi>{account}</bdi>
            </strong>
          ),
        })}
      </p>
      <ResetPasswordForm {...props} onDone={() => setDone(true)} />
      <div className="mt-3">
        <TextLink href="/forgot-password">{t('notYou')}</TextLink>
      </div>
    </>
  )
}
