'use client'

import { OTPInput, type SlotProps } from 'input-otp'
import { useTranslations } from 'next-intl'
import { type ClipboardEvent, type Ref, useRef } from 'react'
import { asciiDigits, CODE_LENGTH, MAX_TYPED_CODE_LENGTH, plainCode } from '@/server/core/typed-input'

interface CodeFieldProps {
  ref: Ref<HTMLInputElement>
  value: string
  onChange: (entered: string) => void
  /** Called when the last digit has been entered. */
  onComplete: (code: string) => void
  /** Called when the pasted text is too long, which is never cut short. */
  onTooLong: () => void
  hint: string
  /** The error text for the value. */
  error: string | undefined
  /** The id of an element that describes this field as well. */
  describedBy: string
  /** Accepts no input at the moment, but keeps the focus. */
  readOnly: boolean
}

/** One labelled input, drawn as six boxes. */
export function CodeField(props: CodeFieldProps) {
  const t = useTranslations('code')
  const { ref, value, error, readOnly } = props
  const tooLong = useRef(false)
  const refusePaste = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const readPasted = (text: string) => {
    const code = plainCode(text)
    tooLong.current = code.length > CODE_LENGTH
    return tooLong.current ? '' : code
  }
  const onChange = (entered: string) => {
    props.onChange(entered)
    if (tooLong.current) props.onTooLong()
    // The library's own `onComplete` is not called when one complete code replaces another.
    else if (entered.length === CODE_LENGTH && entered !== value) props.onComplete(entered)
    tooLong.current = false
  }

  return (
    <div>
      <label htmlFor="code" className="mb-1.5 block font-medium">
        {t('label')}
      </label>
      {/*
       * Digits are written from left to right in Arabic too. The library sets the height once its script runs; without
       * a first value, the text of the field would move.
       */}
      <div
        dir="ltr"
        onPasteCapture={readOnly ? refusePaste : undefined}
        className="[--root-height:3.5rem] noscript:hidden"
      >
        <OTPInput
          ref={ref}
          id="code"
          name="code"
          maxLength={CODE_LENGTH}
          value={value}
          onChange={onChange}
          pasteTransformer={readPasted}
          // By default the library widens its input for password managers, past the edge of a narrow window.
          pushPasswordManagerStrategy="none"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          readOnly={readOnly}
          aria-disabled={readOnly || undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${error ? 'code-error' : 'code-hint'} ${props.describedBy}`}
          // This input is the purpose of the page, and its description contains the rest of the text.
          autoFocus
          // Without JavaScript, the plain input below is shown instead.
          noScriptCSSFallback={null}
          // The input's own digits are transparent, which forced colours would override.
          className="forced-color-adjust-none"
          containerClassName="@container"
          render={({ slots }) => (
            // Six boxes in a row, or two rows of three where large text leaves no room for six.
            <div
              aria-hidden="true"
              className="grid grid-cols-3 gap-1.5 @min-[14rem]:grid-cols-[repeat(3,1fr)_0.25rem_repeat(3,1fr)] sm:gap-2"
            >
              {slots.map((slot, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the order of the boxes never changes
                <Box key={index} slot={slot} hasError={error !== undefined} readOnly={readOnly} />
              ))}
            </div>
          )}
        />
      </div>
      <noscript>
        <input
          name="code"
          dir="ltr"
          aria-label={t('label')}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={MAX_TYPED_CODE_LENGTH}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${error ? 'code-error' : 'code-hint'} ${props.describedBy}`}
          className="block min-h-14 w-full rounded-lg border border-outline bg-surface px-inset text-2xl font-semibold text-ink tabular-nums"
        />
      </noscript>
      <div className="min-h-15 pt-1 pb-4 text-sm leading-5">
        {error ? (
          <p id="code-error" role="alert" className="text-problem">
            {error}
          </p>
        ) : (
          <p id="code-hint" className="text-ink-soft">
            {props.hint}
          </p>
        )}
      </div>
    </div>
  )
}

function Box({ slot, hasError, readOnly }: { slot: SlotProps; hasError: boolean; readOnly: boolean }) {
  const border = hasError ? 'border-problem ring-1 ring-problem' : 'border-outline'
  const ring = slot.isActive ? 'z-10 outline-3 outline-offset-0 outline-focus' : ''
  return (
    <div
      className={`relative flex h-14 items-center justify-center rounded-lg border text-2xl font-semibold whitespace-nowrap tabular-nums ${
        readOnly ? 'bg-sunken text-ink-soft' : 'bg-surface text-ink'
      } ${border} ${ring} @min-[14rem]:nth-[4]:col-start-5`}
    >
      {slot.char === null ? null : asciiDigits(slot.char)}
      {slot.hasFakeCaret && !readOnly ? (
        <span className="h-7 w-0.5 bg-ink motion-safe:animate-pulse forced-colors:bg-[CanvasText]" />
      ) : null}
    </div>
  )
}
