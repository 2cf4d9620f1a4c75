'use client'

import { OTPInput, type SlotProps } from 'input-otp'
import { type ClipboardEvent, type Ref, useRef } from 'react'
import { messages } from '@/messages/en'
import { CODE_LENGTH } from '@/server/core/schemas'

interface CodeFieldProps {
  ref: Ref<HTMLInputElement>
  value: string
  onChange: (typed: string) => void
  /** Called when the last digit is there. */
  onWhole: (code: string) => void
  /** Called instead of cutting short what was pasted. */
  onTooLong: () => void
  hint: string
  /** What is wrong with what was typed, in words. */
  fault: string | undefined
  /** The id of more words on this field. */
  describedBy: string
  /** Takes nothing just now, but keeps the focus. */
  held: boolean
}

/** Spaces and dashes of any kind, as mails and people write codes. */
const SEPARATORS = /[\s\u00ad\u2010-\u2015-]/g

/** One labelled input, drawn as six boxes. */
export function CodeField(props: CodeFieldProps) {
  const { ref, value, fault, held } = props
  const tooLong = useRef(false)
  const refusePaste = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const pasted = (text: string) => {
    const code = text.replace(SEPARATORS, '')
    tooLong.current = code.length > CODE_LENGTH
    return tooLong.current ? '' : code
  }
  const changed = (typed: string) => {
    props.onChange(typed)
    if (tooLong.current) props.onTooLong()
    // The library's own event passes over a whole code that replaces another.
    else if (typed.length === CODE_LENGTH && typed !== value) props.onWhole(typed)
    tooLong.current = false
  }

  return (
    <div>
      <label htmlFor="code" className="mb-1.5 block font-medium">
        {messages.code.label}
      </label>
      <div onPasteCapture={held ? refusePaste : undefined}>
        <OTPInput
          ref={ref}
          id="code"
          name="code"
          maxLength={CODE_LENGTH}
          value={value}
          onChange={changed}
          pasteTransformer={pasted}
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          readOnly={held}
          aria-disabled={held || undefined}
          aria-invalid={fault ? true : undefined}
          aria-describedby={`${fault ? 'code-fault' : 'code-hint'} ${props.describedBy}`}
          // The page is there for this input, and its description says the rest.
          autoFocus
          // Nothing but a notice stands here without a script.
          noScriptCSSFallback={null}
          // Its own digits are transparent, which forced colours would undo.
          className="forced-color-adjust-none"
          render={({ slots }) => (
            <div aria-hidden="true" className="grid grid-cols-[repeat(3,1fr)_0.25rem_repeat(3,1fr)] gap-1.5 sm:gap-2">
              {slots.map((slot, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a box is its place
                <Box key={place} slot={slot} faulty={fault !== undefined} held={held} />
              ))}
            </div>
          )}
        />
      </div>
      <div className="min-h-15 pt-1 pb-2 text-sm leading-6">
        {fault ? (
          <p id="code-fault" role="alert" className="text-problem">
            {fault}
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

function Box({ slot, faulty, held }: { slot: SlotProps; faulty: boolean; held: boolean }) {
  const border = faulty ? 'border-problem ring-1 ring-problem' : 'border-outline'
  const ring = slot.isActive ? 'z-10 outline-3 outline-offset-0 outline-brass' : ''
  return (
    <div
      className={`relative flex h-14 items-center justify-center rounded-lg border text-2xl font-semibold tabular-nums ${
        held ? 'bg-sunken text-ink-soft' : 'bg-surface text-ink'
      } ${border} ${ring} nth-[4]:col-start-5`}
    >
      {slot.char}
      {slot.hasFakeCaret && !held ? <span className="h-7 w-0.5 bg-ink motion-safe:animate-pulse" /> : null}
    </div>
  )
}
