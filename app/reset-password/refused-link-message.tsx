import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { ReloadButton } from '@/app/_components/reload-button'
import { SupportLink } from '@/app/_components/support-link'
import { TextLink } from '@/app/_components/text-link'
import { messages, type RefusedLink } from '@/messages/en'

const words = messages.resetPassword

interface RefusedLinkMessageProps {
  reason: RefusedLink
  /** Until the link may be opened. */
  waitSeconds: number
}

/** Why the link or code can't be used now, how long to wait, and what to do instead. */
export function RefusedLinkMessage({ reason, waitSeconds }: RefusedLinkMessageProps) {
  const { title, body } = messages.refusedLink[reason]
  return (
    <>
      <PageHeading>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      {waitSeconds > 0 ? <p className="mt-3">{messages.retry.waitFor(waitSeconds)}</p> : null}
      {reason === 'account-frozen' ? (
        <SupportLink />
      ) : (
        <div className="mt-8 grid gap-3">
          {reason === 'links-paused' ? <ButtonLink href="/forgot-password/code">{words.enterCode}</ButtonLink> : null}
          <ReloadButton
            variant={reason === 'links-paused' ? 'secondary' : 'primary'}
            label={messages.retry.idle}
            waitSeconds={waitSeconds}
          />
        </div>
      )}
      <div className="mt-3">
        <TextLink href="/sign-in">{words.signIn}</TextLink>
      </div>
    </>
  )
}
