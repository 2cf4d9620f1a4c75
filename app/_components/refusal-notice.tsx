import type { ReactNode } from 'react'
import { Notice } from './notice'
import { errorText, type Refusal } from './refusal'

/** An error about the whole form. Place it below the button, so that nothing above it moves. */
export function RefusalNotice({ refusal, children }: { refusal: Refusal | undefined; children?: ReactNode }) {
  if (!refusal) return null
  return (
    <div className="mt-4">
      <Notice tone="problem" live>
        <p>{errorText(refusal.reason, refusal.details)}</p>
        {children}
      </Notice>
    </div>
  )
}
