import type { ReactNode } from 'react'

export interface FieldProps {
  name: string
  label: string
  autoComplete: 'username' | 'current-password' | 'new-password'
  /** What is wrong with what was typed, in words. */
  fault?: string | undefined
  /** The id of more words on this field, such as the rules for it. */
  describedBy?: string
  defaultValue?: string
  takeFocus?: boolean
  type?: 'text' | 'password'
  /** Stands within the box, at its end. */
  trailing?: ReactNode
}

/** One labelled input. The browser keeps its value, so nothing typed before the script ran is lost. */
export function Field(props: FieldProps) {
  const { name, label, fault, trailing } = props
  const faultId = `${name}-fault`
  const describedBy = [fault ? faultId : undefined, props.describedBy].filter(Boolean).join(' ')
  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={name}
          name={name}
          type={props.type ?? 'text'}
          autoComplete={props.autoComplete}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          defaultValue={props.defaultValue}
          // biome-ignore lint/a11y/noAutofocus: only after the person asked to come back to this field
          autoFocus={props.takeFocus}
          aria-invalid={fault ? true : undefined}
          aria-describedby={describedBy || undefined}
          className={`block min-h-12 w-full rounded-lg border bg-surface px-3.5 py-2.5 text-base text-ink ${
            fault ? 'border-problem ring-1 ring-problem' : 'border-outline'
          } ${trailing ? 'pr-20' : ''}`}
        />
        {trailing}
      </div>
      <div className="min-h-9 pt-1 pb-2">
        {fault ? (
          <p id={faultId} role="alert" className="text-sm leading-6 text-problem">
            {fault}
          </p>
        ) : null}
      </div>
    </div>
  )
}
