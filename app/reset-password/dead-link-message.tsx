import { ButtonLink } from '@/app/_components/button'
import { PageHeading } from '@/app/_components/page-heading'
import { isGrant } from '@/app/_components/refusal'
import { TextLink } from '@/app/_components/text-link'
import { type DeadLink, messages } from '@/messages/en'

const words = messages.resetPassword

/** Why the link or code no longer works, and what to do next. */
export function DeadLinkMessage({ reason }: { reason: DeadLink }) {
  const { title, body } = messages.deadLink[reason]
  return (
    <>
      <PageHeading>{title}</PageHeading>
      <p className="mt-3 text-ink-soft">{body}</p>
      <div className="mt-8 mb-3">
        <ButtonLink href="/forgot-password">{isGrant(reason) ? words.newEmail : words.newLink}</ButtonLink>
      </div>
      <TextLink href="/sign-in">{words.signIn}</TextLink>
    </>
  )
}
