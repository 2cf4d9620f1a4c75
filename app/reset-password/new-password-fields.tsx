'use client'

import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { useBrand } from '@/app/_components/brand-context'
import { PasswordField } from '@/app/_components/password-field'
import { SOFTWARE_NAME } from '@/server/core/password-rules'
import { PasswordRules } from './password-rules'
import { StrengthMeter } from './strength-meter'
import { useEntered } from './use-entered'
import { useStrength } from './use-strength'

export interface NewPasswordPolicy {
  /** The name of the account as it was typed in this browser, for password managers. Null if it was not. */
  typedAccount: string | null
  /** The shortest length, in words. Formatted on the server, because `Intl` is slow to load on phones. */
  lengthRule: string
  passwordMinLength: number
  passwordMaxLength: number
}

interface NewPasswordFieldsProps extends NewPasswordPolicy {
  errors: { password?: string | undefined; confirmPassword?: string | undefined }
  /** The input that gets the focus when the form was refused. */
  refusedInput: string | undefined
}

/** The new password, twice, with its rules and its estimated strength. */
export function NewPasswordFields(props: NewPasswordFieldsProps) {
  const { typedAccount, lengthRule, passwordMinLength, passwordMaxLength, errors, refusedInput } = props
  const t = useTranslations('resetPassword')
  const brand = useBrand().name
  const fields = useRef<HTMLDivElement>(null)
  const entered = useEntered(fields)
  const account = typedAccount ?? ''
  const strength = useStrength(
    entered.password,
    [brand, SOFTWARE_NAME, account, account.split('@')[0] ?? ''].filter((name) => name !== ''),
  )
  const strengthText =
    strength === null
      ? t('strengthWaiting')
      : strength === 'unknown'
        ? t('strengthUnknown')
        : t('strength', { level: strength })

  return (
    <div ref={fields}>
      {/* For password managers. Never the masked address: they would store it as the name to sign in with. */}
      <input
        type="text"
        name="username"
        autoComplete="username"
        defaultValue={account}
        tabIndex={-1}
        aria-hidden="true"
        className="sr-only"
      />
      <PasswordField
        name="password"
        label={t('password')}
        autoComplete="new-password"
        enterKeyHint="next"
        passwordRules={`minlength: ${passwordMinLength}; maxlength: ${passwordMaxLength};`}
        describedBy="password-rules"
        takeFocus={refusedInput === 'password'}
        error={errors.password}
      />
      <StrengthMeter strength={strength} text={strengthText} />
      <PasswordField
        name="confirmPassword"
        label={t('confirmPassword')}
        autoComplete="new-password"
        enterKeyHint="done"
        passwordRules={`minlength: ${passwordMinLength}; maxlength: ${passwordMaxLength};`}
        takeFocus={refusedInput === 'confirmPassword'}
        error={errors.confirmPassword}
      />
      <PasswordRules
        id="password-rules"
        entered={entered}
        lengthRule={lengthRule}
        minLength={passwordMinLength}
        maxLength={passwordMaxLength}
        account={account}
        strengthText={strength === null || strength === 'unknown' ? '' : strengthText}
      />
    </div>
  )
}
