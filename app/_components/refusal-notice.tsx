import type { ReactNode } from 'react'
import { useErrorText } from './error-text'
import { Notice } from './notice'
import type { Refusal } from './refusal'
import { ReloadButton } from './reload-button'
import { ContactSupport, SupportLink } from './support-link'

/**
 * An error about the whole form, with a button to reload a page that was shown for another secret. Place it below the
 * form's button, so that nothing above it moves.
 */
export function RefusalNotice({ refusal, children }: { refusal: Refusal | undefined; children?: ReactNode }) {
  const errorText = useErrorText()
  if (!refusal) return null
  return (
    <div className="mt-4">
      <Notice tone="problem" live>
        <p>{errorText(refusal.reason, refusal.details)}</p>
        {refusal.reason === 'secret-changed' ? (
          <div className="mt-3">
            <ReloadButton />
          </div>
        ) : null}
        {refusal.reason === 'account-frozen' ? <ContactSupport /> : null}
        {refusal.reason === 'internal' ? <SupportLink /> : null}
        {children}
      </Notice>
    </div>
  )
}
