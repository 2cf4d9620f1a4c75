import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { TextLink } from '@/app/_components/text-link'
import { messages } from '@/messages/en'

const words = messages.code

/** Shown when another tab has finished the reset, or the request has expired while the page was open. */
export function FlowEnded() {
  return (
    <>
      <PageHeading takeFocus>{words.overTitle}</PageHeading>
      <p className="mt-3 text-ink-soft">{words.over}</p>
      <div className="mt-8 mb-3">
        <ButtonLink href="/forgot-password">{words.newEmail}</ButtonLink>
      </div>
      <TextLink href="/sign-in">{words.signIn}</TextLink>
    </>
  )
}
