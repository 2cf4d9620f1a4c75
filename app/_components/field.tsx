import type { ComponentProps, ReactNode } from 'react'

export interface FieldProps {
  name: string
  label: string
  autoComplete: 'username' | 'current-password' | 'new-password'
  /** The error text for the value. */
  error?: string | undefined
  /** The id of an element that describes this field as well, such as its rules. */
  describedBy?: string
  defaultValue?: string | undefined
  takeFocus?: boolean
  type?: 'text' | 'password'
  /** What the Enter key of an on-screen keyboard says. */
  enterKeyHint?: 'next' | 'done' | 'go'
  /** The rules for passwords that password managers generate: https://developer.apple.com/password-rules/ */
  passwordRules?: string
  /** Shown below the error and announced politely. Empty while there is none; undefined if there never is one. */
  hint?: string
  keys?: Pick<ComponentProps<'input'>, 'onKeyDown' | 'onKeyUp' | 'onBlur'>
  /** A control inside the box, after the input. */
  trailing?: ReactNode
}

/** One labelled input. It is uncontrolled, so a value typed before hydration is kept. */
export function Field(props: FieldProps) {
  const { name, label, error, hint, trailing } = props
  const errorId = `${name}-error`
  const describedBy = [error ? errorId : undefined, props.describedBy].filter(Boolean).join(' ')
  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div
        className={`flex rounded-lg border bg-surface outline-offset-2 outline-focus has-[input:focus-visible]:outline-3 ${
          error ? 'border-problem ring-1 ring-problem' : 'border-outline'
        }`}
      >
        <input
          id={name}
          name={name}
          type={props.type ?? 'text'}
          autoComplete={props.autoComplete}
          enterKeyHint={props.enterKeyHint}
          {...(props.passwordRules && { passwordrules: props.passwordRules })}
          {...props.keys}
          // An address is written from left to right in every language.
          dir="auto"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          defaultValue={props.defaultValue}
          // biome-ignore lint/a11y/noAutofocus: only if the person comes back to this field, or its value was refused
          autoFocus={props.takeFocus}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy || undefined}
          className="block min-h-12 w-full min-w-0 flex-1 rounded-lg px-inset py-2.5 text-base text-ink outline-none rtl:text-right"
        />
        {trailing}
      </div>
      {/* Room for one line of error: it is also the distance to what follows, so nothing moves and nothing looks empty. */}
      <div className="min-h-9 pt-1 pb-3">
        {error ? (
          <p id={errorId} role="alert" className="text-sm leading-5 text-problem">
            {error}
          </p>
        ) : null}
        {hint === undefined ? null : (
          <p role="status" className="text-sm leading-5 text-ink-soft">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}
