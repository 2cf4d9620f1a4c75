import type { ReactNode } from 'react'
import { Notice } from './notice'
import { type Refusal, sentence } from './refusal'

/** A refusal of the whole form; stands below the button, so that nothing above it moves. */
export function RefusalNotice({ refusal, children }: { refusal: Refusal | undefined; children?: ReactNode }) {
  if (!refusal) return null
  return (
    <div className="mt-4">
      <Notice tone="problem" live>
        <p>{sentence(refusal.reason, refusal.details)}</p>
        {children}
      </Notice>
    </div>
  )
}
